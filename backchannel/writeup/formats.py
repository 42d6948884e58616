"""The formats of a write-up by name. Each is a file with `write_session(writeup)` and `write_event(writeup)`.

To add one, write the file and add a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from backchannel.domain.errors import Invalid
from backchannel.domain.model import Record
from backchannel.writeup import atom, csv, docx, epub, html, ics, json, ledger, markdown, ndjson, odt, pdf, site, text
from backchannel.writeup.model import EventWriteUp, SessionWriteUp

Written = str | bytes

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"
_PANDOC = ("pypandoc",)


@dataclass(frozen=True, slots=True)
class Format:
    """A format. `name` is its name and file ending, unless `ending` is given; `title` is for people.

    `write_session` is None for formats of whole events. `write_record` exists in formats that show each item's state,
    for organisers. `write_files` returns a folder's files by name. `needs` are modules of the extra `publish`. `pace`
    is the typical number of seconds per thousand items (bench/writeups.py).
    """

    name: str
    title: str
    media_type: str
    write_session: Callable[[SessionWriteUp], Written] | None
    write_event: Callable[[EventWriteUp], Written]
    write_record: Callable[[Record], str | Iterable[str]] | None = None
    ending: str = ""
    needs: tuple[str, ...] = ()
    write_files: Callable[[EventWriteUp], dict[str, bytes]] | None = None
    pace: float = 0.05

    @property
    def installed(self) -> bool:
        """Return whether everything the format needs is installed."""
        return all(find_spec(module) for module in self.needs)

    def file_name(self, stem: str) -> str:
        """Return a file name with the format's ending."""
        return f"{stem}.{self.ending or self.name}"

    def session(self, writeup: SessionWriteUp) -> bytes:
        """Return the file of a session. Raises `Invalid` if the format has none."""
        self.require()
        if self.write_session is None:
            raise Invalid(f"The format {self.name} is of a whole event; leave the session out.", field="format")
        return _bytes(self.write_session(writeup))

    def event(self, writeup: EventWriteUp) -> bytes:
        """Return the file of an event."""
        self.require()
        return _bytes(self.write_event(writeup))

    def record(self, record: Record) -> bytes:
        """Return the file of all items, including held and hidden ones. Raises `Invalid` if the format shows no states.
        """
        if self.write_record is None:
            telling = " and ".join(made.name for made in FORMATS.values() if made.write_record)
            said = f"What is held or hidden is in {telling} only, where each item says so; {self.name} does not."
            raise Invalid(said, field="format")
        return _bytes("".join(self.write_record(record)))

    def require(self) -> None:
        """Raise `Invalid` with installation instructions if the format is not available here."""
        if not self.installed:
            said = f"The format {self.name} needs the extra “publish”: pip install 'backchannel[publish]'"
            raise Invalid(said, field="format")


def _bytes(written: Written) -> bytes:
    return written if isinstance(written, bytes) else written.encode("utf-8", "replace")


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        Format("md", "Markdown", "text/markdown", markdown.write_session, markdown.write_event),
        Format("html", "one HTML page", "text/html", html.write_session, html.write_event),
        Format("txt", "plain text", "text/plain", text.write_session, text.write_event),
        Format("json", "JSON", "application/json", json.write_session, json.write_event),
        Format(
            "ndjson", "NDJSON", "application/x-ndjson", ndjson.write_session, ndjson.write_event, ndjson.write_record
        ),
        Format("csv", "a table (CSV)", "text/csv", csv.write_session, csv.write_event, csv.write_record),
        Format("ledger.csv", "the ledger as a table (CSV)", "text/csv", ledger.write_session, ledger.write_event),
        Format("atom", "Atom", "application/atom+xml", atom.write_session, atom.write_event),
        Format("ics", "calendar", "text/calendar", ics.write_session, ics.write_event),
        Format("docx", "Word", _DOCX, docx.write_session, docx.write_event, needs=_PANDOC, pace=0.5),
        Format("odt", "OpenDocument", _ODT, odt.write_session, odt.write_event, needs=_PANDOC, pace=1.0),
        Format("epub", "EPUB", "application/epub+zip", epub.write_session, epub.write_event, needs=_PANDOC, pace=0.8),
        Format("pdf", "PDF", "application/pdf", pdf.write_session, pdf.write_event, needs=("typst",), pace=1.2),
        Format(
            "site",
            "a site of static pages (zip)",
            "application/zip",
            None,
            site.write_event,
            ending="zip",
            write_files=site.pages,
            pace=0.2,
        ),
    )
}


def format_of(name: str) -> Format:
    """Return the format with that name. Raises `Invalid` with the known names."""
    try:
        return FORMATS[name]
    except KeyError:
        known = ", ".join(FORMATS)
        raise Invalid(f"There is no format “{name[:20]}”; there are {known}.", field="format") from None
