"""CSV of the items for spreadsheets, one row each.

    "session","date","time","author","speaker","kind","text","owner","url","agreed","origin","depth",
    "placed_by","confidence","reason","state","at","id","session_slug","source_id"

RFC 4180: commas, CRLF, every cell quoted, UTF-8. `date` and `time` are in the event's zone, `at` is exact. A cell that
a spreadsheet could run starts with an apostrophe (OWASP ASVS 1.2.10). Programs should prefer NDJSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from backchannel.domain.markup import read
from backchannel.domain.model import Item, Record, Session, When
from backchannel.domain.times import local_day, write_when
from backchannel.writeup.dates import zone_of
from backchannel.writeup.mdtext import printable
from backchannel.writeup.model import EventWriteUp, SessionWriteUp

HEADER = (
    "session", "date", "time", "author", "speaker", "kind", "text", "owner", "url", "agreed", "origin", "depth",
    "placed_by", "confidence", "reason", "state", "at", "id", "session_slug", "source_id",
)  # fmt: skip

# Characters that start a formula, including the full-width forms of East Asian keyboards.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_UNSEEN = ("\t", "\r", "\n", "\0")


def write_session(writeup: SessionWriteUp) -> str:
    sessions = {writeup.session.guid: writeup.session} if writeup.session else {}
    return table(HEADER, _rows(writeup.items, sessions, zone_of(writeup.zone)))


def write_event(writeup: EventWriteUp) -> str:
    sessions = [*(part.session for part in writeup.sessions), *writeup.without_notes]
    known = {session.guid: session for session in sessions if session}
    return table(HEADER, _rows(writeup.items, known, zone_of(writeup.zone)))


def write_record(record: Record) -> str:
    """Return all items of a record in any state."""
    known = {session.guid: session for session in record.sessions}
    return table(HEADER, _rows(record.items, known, zone_of(record.event.timezone)))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the file. Every cell passes through `cell`."""
    made = io.StringIO()
    writer = csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(text) for text in row] for row in rows)
    return made.getvalue()


def cell(text: str) -> str:
    """Return text that no spreadsheet runs, with an apostrophe before a possible formula.

    >>> cell("=HYPERLINK(A1)")
    "'=HYPERLINK(A1)"
    """
    visible = printable(text)
    unseen = text.startswith(_UNSEEN) or visible.startswith(_UNSEEN)
    risky = unseen or visible.lstrip("\ufeff\u200b").lstrip().startswith(_FORMULA)
    return "'" * risky + visible


def day_and_time(when: When, zone: tzinfo) -> tuple[str, str]:
    """Return date and time for spreadsheets: "2009-06-08" and "10:05", each empty if unknown."""
    if when is None:
        return "", ""
    day = local_day(when, zone).isoformat()
    if not isinstance(when, datetime):
        return day, ""
    try:
        return day, f"{when.astimezone(zone):%H:%M}"
    except OverflowError:
        return day, f"{when:%H:%M}"


def _rows(items: Iterable[Item], sessions: Mapping[str, Session], zone: tzinfo) -> Iterator[Sequence[str]]:
    for item in items:
        session, placed = sessions.get(item.session or ""), item.placed
        yield (
            session.title if session else "",
            *day_and_time(item.at, zone),
            item.author,
            item.speaker or "",
            item.kind,
            item.text,
            _owner(item),
            item.url or "",
            str(sum(item.reactions.values()) or ""),
            item.origin,
            str(item.depth),
            placed.method if placed else "",
            f"{placed.confidence:.2f}" if placed else "",
            placed.reason if placed else "",
            item.state,
            write_when(item.at) or "",
            item.id,
            session.slug if session else "",
            item.source_id or "",
        )


def _owner(item: Item) -> str:
    """Return who has to do it, as in the write-up."""
    if item.kind not in ("action", "pledge"):
        return ""
    reading = read(item.text)
    return reading.owner or item.speaker or (item.author if reading.own else "")
