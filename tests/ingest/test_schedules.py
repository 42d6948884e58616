"""Programmes of every format become one shape; what is wrong is told; what is no programme is refused in a sentence."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.domain.errors import Unreadable
from backchannel.domain.model import Schedule
from backchannel.ingest.schedules import read_schedule

DATA = Path(__file__).parent.parent / "data" / "schedules"
CASES = sorted(path for path in DATA.iterdir() if not path.name.endswith(".expected.json"))


def read(path: Path) -> Schedule:
    return read_schedule(path.read_bytes(), name=path.name, timezone="Europe/London", day=date(2026, 9, 5))


SAID = ("guid", "slug", "title", "number", "abstract", "room", "starts", "ends", "leaders", "hashtags", "url")


def as_json(schedule: Schedule) -> Any:
    """All of it, but for what no schedule says of a session."""

    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date | datetime) else value

    document = dataclasses.asdict(schedule)
    document["rooms"] = [{"name": room["name"], "guid": room["guid"]} for room in document["rooms"]]
    document["sessions"] = [{name: session[name] for name in SAID} for session in document["sessions"]]
    return json.loads(json.dumps(document, default=plain, ensure_ascii=False))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_programme_is_parsed_completely(path: Path):
    """A new case is two files: NAME, and NAME.expected.json with the whole of what it says."""
    expected = json.loads((DATA / f"{path.name}.expected.json").read_text("utf-8"))
    assert as_json(read(path)) == expected


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_the_same_bytes_give_the_same_programme(path: Path):
    assert read(path) == read(path)


def test_a_session_that_moves_on_a_grid_keeps_its_guid():
    grid = (DATA / "grid.csv").read_bytes()
    before = {s.title: s.guid for s in read_schedule(grid).sessions}
    after = {s.title: s.guid for s in read_schedule(grid.replace(b"11:30,2,Room1", b"12:30,3,Room2")).sessions}
    assert after == before


def test_a_grid_of_an_older_spreadsheet_is_read():
    grid = "Title;Room;Time\nCafé;Küche;10:00\n".encode("cp1252")
    (session,) = read_schedule(grid, day=date(2026, 9, 5)).sessions
    assert (session.title, session.room, session.starts and session.starts.hour) == ("Café", "Küche", 10)


CAMP = (DATA / "pretalx-camp.json").read_bytes()

REFUSED = {
    "nothing": (b" \n", "“x” is empty. Nothing was imported."),
    "a table that is no schedule": (
        b'{"a": 1}',
        "“x” isn't a schedule we can read: expected schedule.conference.days. Nothing was imported.",
    ),
    "a list": (
        b"[]",
        "“x” isn't a schedule we can read: expected schedule.conference.days. Nothing was imported.",
    ),
    "a web page": (
        b"<!DOCTYPE html><html><body>Hello</body></html>",
        "“x” isn't a programme we can read: it is a web page; use the address of the schedule itself. Nothing was imported.",
    ),
    "plain words": (
        b"hello there",
        "“x” isn't a programme we can read: it begins “hello there”; expected schedule.json or .xml (pretalx, "
        "frab), iCalendar, or CSV with a header line. Nothing was imported.",
    ),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "“x” isn't text: there is a zero byte at 8. Nothing was imported."),
    "bytes of no encoding": (b"{\xff\xfe", "“x” isn't UTF-8 text: see byte 1. Nothing was imported."),
    "two documents": (b"{} {}", "“x” is broken JSON at line 1, column 4 (Extra data). Nothing was imported."),
    "a nest without a bottom": (b"[" * 100_000, "“x” isn't a schedule we can read. Nothing was imported."),
    "a schedule.json cut in the middle": (
        CAMP[:300],
        "“x” is incomplete: its JSON ends at line 12, column 3. Nothing was imported.",
    ),
    "a schedule.xml cut in the middle": (
        (DATA / "frab.xml").read_bytes()[:400],
        "“x” is incomplete at line 10, column 7. Nothing was imported.",
    ),
    "a calendar cut in the middle": (
        (DATA / "heath.ics").read_bytes()[:300],
        "“x” is incomplete: no END:VCALENDAR by line 12. Nothing was imported.",
    ),
    "a grid cut within quotes": (
        (DATA / "grid.csv").read_bytes()[:130],
        "“x” is broken CSV at line 2 (unexpected end of data). Nothing was imported.",
    ),
    "a document type": (
        b'<!DOCTYPE s [<!ENTITY a "aaaa">]><schedule>&a;</schedule>',
        "“x” declares a document type, which isn't allowed. Nothing was imported.",
    ),
    "a feed": (b"<rss/>", "“x” is XML, but not a schedule: it begins with <rss>. Nothing was imported."),
}


@pytest.mark.parametrize(("data", "sentence"), REFUSED.values(), ids=REFUSED)
def test_an_invalid_programme_is_refused_in_one_sentence(data: bytes, sentence: str):
    with pytest.raises(Unreadable) as refused:
        read_schedule(data, name="x")
    assert str(refused.value) == sentence


@pytest.mark.parametrize("cut", range(1, len(CAMP) - 3, 97))
def test_a_schedule_cut_off_anywhere_says_so(cut: int):
    with pytest.raises(Unreadable) as refused:
        read_schedule(CAMP[:cut], name="x")
    assert str(refused.value).startswith("“x” is incomplete")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("title", "date", "start", "duration", "room", "persons", "guid", "id", "rooms", "url")),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(anything, anything, anything)
def test_no_value_in_any_place_breaks_the_reader(days: Any, rooms: Any, session: Any):
    conference = {"title": rooms, "rooms": rooms, "days": [days, {"date": "2026-06-06", "rooms": {"A": [session]}}]}
    data = json.dumps({"schedule": {"conference": conference, "events": [session]}}).encode("utf-8", "surrogatepass")
    schedule = read_schedule(data)
    guids, slugs = {s.guid for s in schedule.sessions}, {s.slug for s in schedule.sessions}
    assert len(guids) == len(slugs) == len(schedule.sessions)
