"""iCalendar: the programme as it took place, for calendars and for `import schedule`."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from backchannel.domain.model import Session
from backchannel.ingest.schedules import read_schedule
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS
from tests.writeup.camp import A_DAY, EMPTY, RAIN, SHEDS, at, item, record
from tests.writeup.nasty import NASTY_SIGNS, nasty_record

ICS = FORMATS["ics"]


def test_a_session_is_an_event_with_its_room_leaders_and_address() -> None:
    session = replace(RAIN, url="https://example.org/rain", abstract="Where does it go; and why?")
    calendar = Calendar.from_ical(ICS.session(compose_session(record(sessions=(session,)), session)))
    (event,) = calendar.walk("VEVENT")
    assert {name: event[name].to_ical().decode() for name in ("UID", "SUMMARY", "LOCATION", "URL", "DTSTAMP")} == {
        "UID": "s-rain",
        "SUMMARY": "Who owns the rain?",
        "LOCATION": "Main hall",
        "URL": "https://example.org/rain",
        "DTSTAMP": "20090608T090000Z",
    }
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (RAIN.starts, RAIN.ends)
    assert [str(who.params["CN"]) for who in event["ATTENDEE"]] == ["Carl", "Dee, of Devon"]
    assert str(event["DESCRIPTION"]) == (
        "Where does it go; and why?\n\nLed by Carl, Dee, of Devon\n\nHashtag: #puddle_s1"
    )


def test_the_event_s_calendar_has_every_session_that_has_a_time() -> None:
    someday = Session(guid="s-someday", slug="someday", title="Someday")
    calendar = Calendar.from_ical(ICS.event(compose_event(record(sessions=(*A_DAY.sessions, someday)))))
    assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == [EMPTY.title, RAIN.title, SHEDS.title]
    assert str(calendar["X-WR-CALNAME"]) == "Puddlecamp"


def test_an_exported_calendar_imports_as_the_same_programme() -> None:
    written = ICS.event(compose_event(A_DAY))
    schedule = read_schedule(written, name="puddle.ics")
    kept = [
        (one.guid, one.title, one.room or None, one.starts, one.ends, one.leaders, one.hashtags)
        for one in sorted(schedule.sessions, key=lambda one: one.guid)
    ]
    assert kept == [
        (one.guid, one.title, one.room, one.starts, one.ends, one.leaders, one.hashtags)
        for one in sorted(A_DAY.sessions, key=lambda one: one.guid)
    ]
    assert (schedule.title, schedule.timezone) == ("Puddlecamp", "Europe/London")


@settings(deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from(NASTY_SIGNS))).filter(str.strip))
def test_no_text_adds_a_line_to_the_calendar(text: str) -> None:
    nasty, session = nasty_record(text)
    written = ICS.session(compose_session(nasty, session)).decode()
    lines = written.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    names = [line.partition(":")[0].partition(";")[0] for line in lines]
    assert set(names) <= {
        "BEGIN", "END", "VERSION", "PRODID", "METHOD", "X-WR-CALNAME", "X-WR-TIMEZONE", "SUMMARY", "DTSTART", "DTEND",
        "DTSTAMP", "UID", "ATTENDEE", "DESCRIPTION", "LOCATION", "URL",
    }  # fmt: skip
    assert [names.count(name) for name in ("BEGIN", "END", "SUMMARY", "UID")] == [2, 2, 1, 1]
    assert Calendar.from_ical(written).walk("VEVENT")[0]["SUMMARY"] is not None


def test_an_item_makes_the_session_s_stamp_newer() -> None:
    later = record(item("late", "Ann", at("10:30"), received_at=at("12:00")), sessions=(RAIN,))
    (event,) = Calendar.from_ical(ICS.session(compose_session(later, RAIN))).walk("VEVENT")
    assert event["DTSTAMP"].dt == at("12:00")
