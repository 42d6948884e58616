"""iCalendar (RFC 5545), one event a session. UID and DTSTAMP may be missing. Repetitions are reported, not expanded."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Any

from icalendar import Calendar, Component

from ...domain.errors import Unreadable
from ...domain.model import Schedule
from .gather import Found, Gathering, Given, stated_hashtags, stem, zone_named, zone_of

# what our own files add to an abstract for people (writeup/ics.py)
_OUR_LINES = re.compile(r"(?:(?:^|\n\n)Led by [^\n]*)?(?:(?:^|\n\n)Hashtag: #[^\n]*)?\Z")


def is_mine(text: str) -> bool:
    return text.lstrip()[:15].upper() == "BEGIN:VCALENDAR"


def read(text: str, name: str, given: Given) -> Schedule:
    called = f"“{name}”" if name else "The file"
    calendar = _parse(text, called)
    gathering = Gathering()
    zone = zone_named(_text(calendar, "X-WR-TIMEZONE"), gathering.faults)
    clock = zone_of(zone or given.timezone)
    ours = "//Backchannel//" in _text(calendar, "PRODID")
    for event in calendar.walk("VEVENT"):
        found = _session(event, clock)
        if ours:
            found.abstract = _OUR_LINES.sub("", found.abstract)
        if event.get("RRULE") or event.get("RDATE"):
            gathering.faults.report("it repeats", "only its first time was read", found.where)
        gathering.session(found)
    return gathering.schedule(_text(calendar, "X-WR-CALNAME") or stem(name), zone=zone)


def _parse(text: str, called: str) -> Component:
    if not re.search(r"^END:VCALENDAR\s*\Z", text, re.IGNORECASE | re.MULTILINE):
        lines = len(text.splitlines())
        raise Unreadable(f"{called} is incomplete: no END:VCALENDAR by line {lines}. Nothing was imported.")
    try:
        return Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, RecursionError) as error:
        raise Unreadable(f"{called} is broken iCalendar ({str(error)[:100]}). Nothing was imported.") from None


def _session(event: Component, zone: tzinfo) -> Found:
    title, about = _text(event, "SUMMARY"), _text(event, "DESCRIPTION")
    starts = _moment(event, "DTSTART", zone)
    ends = _moment(event, "DTEND", zone)
    length = getattr(event.get("DURATION"), "dt", None)
    if starts and ends is None and isinstance(length, timedelta):
        ends = starts + length
    return Found(
        title=title,
        guid=_text(event, "UID"),
        key=(title,),  # a session that moves on the grid stays the same
        abstract=about,
        room=_text(event, "LOCATION"),
        starts=starts,
        ends=ends,
        leaders=_leaders(event),
        hashtags=stated_hashtags(about),
        url=_text(event, "URL"),
        cancelled=_text(event, "STATUS").upper() == "CANCELLED",
    )


def _moment(event: Component, key: str, zone: tzinfo) -> datetime | None:
    """Return a moment. A date alone is none: an all-day event says nothing about a talk's start."""
    value = getattr(event.get(key), "dt", None)
    if not isinstance(value, datetime):
        return None
    return value if value.utcoffset() is not None else value.replace(tzinfo=zone)


def _leaders(event: Component) -> tuple[str, ...]:
    """Return the attendees in the chair. The ORGANIZER usually only keeps the calendar."""
    chairs = [who for who in _list(event.get("ATTENDEE")) if str(who.params.get("ROLE", "")).upper() == "CHAIR"]
    return tuple(dict.fromkeys(str(who.params.get("CN", "")).strip() for who in chairs if who.params.get("CN")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _text(component: Component, key: str) -> str:
    return next((str(value).strip() for value in _list(component.get(key))), "")
