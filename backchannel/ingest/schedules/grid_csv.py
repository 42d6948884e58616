"""A grid from a spreadsheet: CSV with a header line and one row a session.

The UKGovCamp grid is `Year,Time,Session,Room,Capacity,Title,Leader1,…,Session notes,Hashtag`, without date, end and
zone;
"Session" is the number of the slot. Times without a date are on the event's first day. Without ends, a session lasts
until
the next slot.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median_low

from ...domain.errors import Unreadable
from ...domain.hashtags import hashtags_in
from ...domain.model import Schedule
from .faults import Faults
from .gather import Found, Gathering, Given, duration, stated_hashtags, stem, zone_of

Row = Mapping[str, str]

# folded column name -> meaning
_COLUMNS = {
    "title": ("title", "sessiontitle", "sessionname", "name", "topic", "talk"),
    "time": ("time", "start", "starts", "starttime", "begins", "from"),
    "end": ("end", "ends", "endtime", "finish", "until", "to"),
    "date": ("date", "day", "startdate"),
    "year": ("year",),
    "length": ("duration", "length", "minutes"),
    "room": ("room", "location", "space", "venue", "place"),
    "leader": ("leader", "leaders", "speaker", "speakers", "host", "hosts", "facilitator", "facilitators", "pitcher"),
    "about": ("abstract", "description", "about", "summary", "details"),
    "hashtag": ("hashtag", "hashtags", "tag"),
    "link": ("sessionnotes", "notes", "noteslink", "link", "url"),
    "guid": ("guid", "uid", "id"),
}
_MEANING = {name: column for column, names in _COLUMNS.items() for name in names}


def is_mine(text: str) -> bool:
    """Return whether the first line is a header with a title and two more known columns."""
    head = _header(next(iter(text.strip().splitlines()), ""))
    known = {_meaning(cell, head) for cell in head} - {""}
    return "title" in known and len(known) >= 3


def read(text: str, name: str, given: Given) -> Schedule:
    gathering = Gathering()
    faults = gathering.faults
    found = [session for row in _rows(text, name) if (session := _session(row, given, faults))]
    for session in _ended(found, faults):
        gathering.session(session)
    return gathering.schedule(stem(name))


def _header(first: str) -> list[str]:
    return next(csv.reader([first], delimiter=_delimiter(first)), [])


def _delimiter(first: str) -> str:
    return max(",;\t", key=first.count)


def _meaning(cell: str, head: Iterable[str]) -> str:
    """Return a column's meaning: "Leader 4" is a leader, and "Session" is the title if there is no other."""
    folded = re.sub(r"[^a-z]", "", cell.casefold())
    if folded == "session":
        others = {_MEANING.get(re.sub(r"[^a-z]", "", other.casefold())) for other in head}
        return "" if "title" in others else "title"
    return _MEANING.get(folded, "")


def _rows(text: str, name: str) -> list[dict[str, str]]:
    """Return each row by meaning. Several leaders are on lines of one cell."""
    lines = text.strip().splitlines(keepends=True)
    head = _header(lines[0])
    columns = [_meaning(cell, head) for cell in head]
    rows = []
    reader = csv.reader(lines, delimiter=_delimiter(lines[0]), strict=True)
    try:
        next(reader)
        for cells in reader:
            row: dict[str, str] = {}
            for column, cell in zip(columns, cells, strict=False):
                if column and cell.strip():
                    row[column] = f"{row[column]}\n{cell.strip()}" if column in row else cell.strip()
            rows.append(row)
    except csv.Error as error:
        called = f"“{name}”" if name else "The file"
        raise Unreadable(f"{called} is broken CSV at line {reader.line_num} ({error}). Nothing was imported.") from None
    return rows


def _session(row: Row, given: Given, faults: Faults) -> Found | None:
    title = row.get("title", "")
    if not title:  # an empty slot
        return None
    where, zone = f"session “{title[:60]}”", zone_of(given.timezone)
    on = _day(row, given, faults, where)
    starts = _clock(row.get("time", ""), on, zone)
    ends = _clock(row.get("end", ""), on, zone)
    length = duration(row.get("length", ""))
    return Found(
        title=title,
        guid=row.get("guid", ""),
        key=(title,),  # a session that moves on the grid stays the same
        abstract=row.get("about", ""),
        room=row.get("room", ""),
        starts=starts,
        ends=ends or (starts + length if starts and length else None),
        leaders=tuple(name.strip() for name in re.split(r"[\n;,]", row.get("leader", "")) if name.strip()),
        hashtags=_tags(row.get("hashtag", "")) or stated_hashtags(row.get("about", "")),
        url=row.get("link", ""),
    )


def _day(row: Row, given: Given, faults: Faults, where: str) -> date | None:
    """Return the row's date, or the event's first day in the row's year."""
    if on := _date(row.get("date", "")):
        return on
    if given.day is None:
        return None
    year = row.get("year", "")
    if year and year != str(given.day.year):
        faults.report(f"its year is {year[:10]}, the event's is {given.day.year}", "the event's day was used", where)
    faults.report("it has no date", "assumed to be on the event's first day", where)
    return given.day


def _date(text: str) -> date | None:
    """Parse 2026-06-08, or 8/6/2026 in British order."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (only the day is kept)
        except ValueError:
            continue
    return None


def _clock(text: str, on: date | None, zone: tzinfo) -> datetime | None:
    """Parse a time of day such as "10:40", "10.40" or "2:15 pm", or a complete date and time."""
    clock = re.fullmatch(r"(\d{1,2})[:.h](\d{2})(?::\d{2})?\s*([ap])?\.?m?\.?", text.strip().casefold())
    try:
        if clock and on:
            hour = int(clock[1]) % 12 + 12 * (clock[3] == "p") if clock[3] else int(clock[1])
            return datetime(on.year, on.month, on.day, hour, int(clock[2]), tzinfo=zone)
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not re.search(r"\d[T ]\d", text):
        return None
    return when if when.utcoffset() is not None else when.replace(tzinfo=zone)


def _ended(found: list[Found], faults: Faults) -> list[Found]:
    """Return the sessions with ends: the next slot of their day, or the usual length, so that lunch is not a session.
    """
    starts = sorted({f.starts for f in found if f.starts})
    gaps = {a: b - a for a, b in pairwise(starts) if a.date() == b.date()}
    usual = median_low(gaps.values()) if gaps else timedelta(hours=1)
    ended = []
    for session in found:
        if session.starts and session.ends is None:
            faults.report("it has no end", "assumed to last until the next slot", session.where)
            session = replace(session, ends=session.starts + min(usual, gaps.get(session.starts, usual)))
        ended.append(session)
    return ended


def _tags(cell: str) -> tuple[str, ...]:
    """Return the tags of the grid's column, where people leave out the '#'."""
    return hashtags_in(cell) or hashtags_in(" ".join(f"#{tag}" for tag in cell.split()))
