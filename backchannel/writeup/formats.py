"""The formats of a write-up, by name. A format is one file with `write_session(writeup)` and `write_event(writeup)`.

A new one is a file and a line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backchannel.domain.errors import Invalid
from backchannel.writeup import html, json, markdown, ndjson, text
from backchannel.writeup.tree import EventWriteUp, SessionWriteUp


@dataclass(frozen=True, slots=True)
class Format:
    """`name` is what one asks for, and the file's ending; `media_type` what is served."""

    name: str
    media_type: str
    write_session: Callable[[SessionWriteUp], str]
    write_event: Callable[[EventWriteUp], str]


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        Format("md", "text/markdown", markdown.write_session, markdown.write_event),
        Format("html", "text/html", html.write_session, html.write_event),
        Format("txt", "text/plain", text.write_session, text.write_event),
        Format("json", "application/json", json.write_session, json.write_event),
        Format("ndjson", "application/x-ndjson", ndjson.write_session, ndjson.write_event),
    )
}


def format_of(name: str) -> Format:
    """The format of that name; `Invalid` names those there are."""
    try:
        return FORMATS[name]
    except KeyError:
        known = ", ".join(FORMATS)
        raise Invalid(f"There is no format “{name[:20]}”; there are {known}.", field="format") from None
