"""Programmes in rows, from a spreadsheet or a list of objects: one session a row, with columns known by their names.

Times without a date are on the event's first day, and weekdays are on the first such day from there. A blank day is the
one above. A blank time beside a room that is still free is the time above, as in the UKGovCamp grid. Without ends, a
session lasts until the next slot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low

from ...domain.hashtags import hashtags_in
from ...domain.model import Schedule
from .clock_times import clock_range, day_named, moment_on
from .faults import Faults
from .gather import Found, Gathering, Given, duration, stated_hashtags, stem, zone_of

Row = Mapping[str, str]  # meaning of the column -> cell

# meaning -> folded column names
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


def meanings(names: Iterable[str]) -> list[str]:
    """Return the meaning of each column, or "". "Leader 4" is a leader, and "Session" is the title if no other is."""
    folded = [re.sub(r"[^a-z]", "", name.casefold()) for name in names]
    found = [_MEANING.get(name, "") for name in folded]
    if "title" not in found and "session" in folded:
        found[folded.index("session")] = "title"
    return found


def is_table(columns: Iterable[str]) -> bool:
    """Return whether columns have a title and two more known meanings."""
    known = {*columns} - {""}
    return "title" in known and len(known) >= 3


def row_of(cells: Iterable[tuple[str, str]]) -> Row:
    """Return a row from pairs of meaning and cell. Several cells of one meaning become lines of one."""
    row: dict[str, str] = {}
    for column, cell in cells:
        if column and cell.strip():
            row[column] = f"{row[column]}\n{cell.strip()}" if column in row else cell.strip()
    return row


def read_rows(rows: Iterable[Row], name: str, given: Given) -> Schedule:
    """Return the schedule. Rows without a title are empty slots."""
    gathering = Gathering()
    faults = gathering.faults
    found = [_session(row, given, faults) for row in _filled(rows, faults) if row.get("title")]
    for session in _ended(found, faults):
        gathering.session(session)
    return gathering.schedule(stem(name))


def _filled(rows: Iterable[Row], faults: Faults) -> Iterator[Row]:
    """Yield the rows with blank days and times filled from above."""
    above: dict[str, str] = {}
    taken: set[str] = set()  # the rooms of this slot
    for row in rows:
        room = row.get("room", "")
        if "time" in row or ("date" in row and row["date"] != above.get("date")):
            same = all(row.get(column, above.get(column)) == above.get(column) for column in ("date", "time"))
            above = {**({"date": above["date"]} if "date" in above else {}), **_when(row)}
            taken = taken if same else set()
        elif "time" in above and room and room not in taken:
            row = {**above, **row}
            if "title" in row:
                faults.report("its time is blank", "the time above was used", f"session “{row['title'][:60]}”")
        taken.add(room)
        yield {**({"date": above["date"]} if "date" in above else {}), **row}


def _when(row: Row) -> dict[str, str]:
    return {column: row[column] for column in ("date", "time", "end", "length") if column in row}


def _session(row: Row, given: Given, faults: Faults) -> Found:
    title, zone = row["title"], zone_of(given.timezone)
    where = f"session “{title[:60]}”"
    on = _day(row, given, faults, where)
    first, last = clock_range(row.get("time", ""))
    starts, ends = moment_on(first, on, zone), moment_on(row.get("end", "") or last, on, zone)
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
    if on := day_named(row.get("date", ""), given.day):
        return on
    if given.day is None:
        return None
    year = row.get("year", "")
    if year and year != str(given.day.year):
        faults.report(f"its year is {year[:10]}, the event's is {given.day.year}", "the event's day was used", where)
    faults.report("it has no date", "assumed to be on the event's first day", where)
    return given.day


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
