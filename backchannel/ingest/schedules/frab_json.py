"""schedule.json of frab and pretalx (v1: days -> rooms -> sessions) and of the CCC hub (v2: a list of sessions).

Schemas: https://c3voc.de/schedule/schema.json and schema2.json

    v1  {"schedule": {"conference": {"title", "time_zone_name", "rooms": [{"name", "guid"}],
            "days": [{"date", "rooms": {"Main Hall": [{"id", "guid", "date", "start", "duration", "title", ...}]}}]}}}
    v2  {"schedule": {"conference": {...},
            "events": [{"guid", "code", "start", "end", "room": {"name"}, "participants": [{"name"}], ...}]}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from ...domain.errors import Unreadable
from ...domain.model import Schedule
from .faults import Faults
from .gather import Found, Gathering, Given, duration, stated_hashtags, stem, zone_named, zone_of

MAX_SEATS = 100_000  # of a room; more is a mistake


def is_mine(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def read(text: str, name: str, given: Given) -> Schedule:
    return read_tables(parse(text, name), name, given)


def read_tables(document: Any, name: str, given: Given) -> Schedule:
    """Return the schedule from the structure of a schedule.json, whatever its file format."""
    schedule, conference = _parts(document, name)
    gathering = Gathering()
    faults = gathering.faults
    zone = zone_named(word(conference.get("time_zone_name")), faults)
    clock = zone_of(zone or given.timezone)
    found = [*_v1(conference, faults, clock), *_v2(schedule, faults, clock)]
    if word(table(table(document).get("generator")).get("name")) == "Backchannel":
        found = [_without_our_address(session, word(schedule.get("base_url"))) for session in found]
    zone = _believed_zone(zone, found, faults)
    for room in _rooms(schedule, conference, faults):
        gathering.room(word(room.get("name")), word(room.get("guid")), seats_of(room.get("capacity")))
    for session in found:
        gathering.session(session)
    title = word(conference.get("title")) or word(conference.get("acronym")) or stem(name)
    return gathering.schedule(title, zone=zone, starts=day(conference.get("start")), ends=day(conference.get("end")))


def parse(text: str, name: str) -> Any:
    """Return the value of a JSON file. Raises `Unreadable`."""
    called = f"“{name}”" if name else "The file"
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.msg != "Extra data" and re.fullmatch(r"\s*[\w.+-]*\s*", text[error.pos :])
        if cut or error.msg.startswith("Unterminated"):
            raise Unreadable(
                f"{called} is incomplete: its JSON ends at line {error.lineno}, "
                f"column {error.colno}. Nothing was imported."
            ) from None
        raise Unreadable(
            f"{called} is broken JSON at line {error.lineno}, column {error.colno} ({error.msg}). Nothing was imported."
        ) from None
    except (RecursionError, ValueError):  # nested too deeply, or a number with thousands of digits
        raise Unreadable(f"{called} isn't a schedule we can read. Nothing was imported.") from None


def _parts(document: Any, name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    schedule = table(table(document).get("schedule"))
    conference = table(schedule.get("conference"))
    if not isinstance(conference.get("days"), list) and not isinstance(schedule.get("events"), list):
        called = f"“{name}”" if name else "The file"
        raise Unreadable(
            f"{called} isn't a schedule we can read: expected schedule.conference.days. Nothing was imported."
        )
    return schedule, conference


def _rooms(schedule: Mapping[str, Any], conference: Mapping[str, Any], faults: Faults) -> Iterator[Mapping[str, Any]]:
    if isinstance(schedule.get("rooms"), list):
        faults.report("“rooms” is beside “conference” instead of inside it", "read from there", "schedule")
    for place in (conference, schedule):
        yield from map(table, rows(place.get("rooms")))


def _v1(conference: Mapping[str, Any], faults: Faults, zone: tzinfo) -> Iterator[Found]:
    for number, each in enumerate(rows(conference.get("days")), 1):
        day_ = table(each)
        rooms = table(day_.get("rooms"))
        if "rooms" in day_ and not isinstance(day_["rooms"], Mapping | list):
            faults.report("“rooms” isn't a table of sessions", "the day was left out", f"day {number}")
        for room, sessions in rooms.items():
            for index, session in enumerate(rows(sessions), 1):
                if isinstance(session, Mapping):
                    yield _session(session, word(session.get("room")) or room, day_, faults, zone)
                else:
                    faults.report("it isn't a session", "left out", f"day {number}, room “{room[:60]}”, entry {index}")


def _v2(schedule: Mapping[str, Any], faults: Faults, zone: tzinfo) -> Iterator[Found]:
    for index, session in enumerate(rows(schedule.get("events")), 1):
        if isinstance(session, Mapping):
            room = session.get("room")
            yield _session(session, word(table(room).get("name")) or word(room), {}, faults, zone)
        else:
            faults.report("it isn't a session", "left out", f"events, entry {index}")


def _session(source: Mapping[str, Any], room: str, day_: Mapping[str, Any], faults: Faults, zone: tzinfo) -> Found:
    title = word(source.get("title"))
    about = [text for key in ("subtitle", "abstract", "description") if (text := word(source.get(key)))]
    cancelled = word(source.get("subtitle")).casefold() in ("cancelled", "canceled")
    where = f"session “{title[:60]}”"
    starts, ends = _times(source, day_, faults, where, zone)
    _schema(source, faults, where)
    return Found(
        title=title,
        guid=word(source.get("guid")),
        key=tuple(filter(None, (number_or_word(source.get("id")), word(source.get("code")), word(source.get("slug"))))),
        abstract="\n\n".join(text for text in dict.fromkeys(about[cancelled:]) if not _is_hashtags(source, text)),
        room=room,
        starts=starts,
        ends=ends,
        leaders=_leaders(source),
        hashtags=stated_hashtags("\n".join(about)),
        url=word(source.get("url")),
        cancelled=cancelled,
    )


def _is_hashtags(source: Mapping[str, Any], text: str) -> bool:
    """Return whether it is a description that states hashtags and nothing else, as in our own files."""
    return text == word(source.get("description")) and re.fullmatch(r"Hashtag:( #\S+)+", text) is not None


def _without_our_address(found: Found, base: str) -> Found:
    """Return the session without the address of its page here, which stands in for its own in our files."""
    return replace(found, url="") if base and found.url.startswith(f"{base}s/") else found


def _leaders(source: Mapping[str, Any]) -> tuple[str, ...]:
    people = [*rows(source.get("persons")), *rows(source.get("participants"))]
    names = (word(table(p).get("public_name")) or word(table(p).get("name")) for p in people)
    return tuple(dict.fromkeys(name for name in names if name))


def _times(
    source: Mapping[str, Any], day_: Mapping[str, Any], faults: Faults, where: str, zone: tzinfo
) -> tuple[datetime | None, datetime | None]:
    """Return start and end: from `date` and `duration`, from `start` and `end`, or from the day and a time of day."""
    starts = moment(source.get("date"), zone) or moment(source.get("start"), zone)
    clock = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", word(source.get("start")))
    if starts is None and clock and (on := day(source.get("date")) or day(day_.get("date"))):
        starts = moment(f"{on}T{int(clock[1]):02}:{clock[2]}:00", zone)
        if starts:
            faults.report("it has no date", "the day and the time of day were combined", where)
    ends = moment(source.get("end"), zone)
    length = duration(number_or_word(source.get("duration")))
    if starts and ends is None and length:
        ends = _later(starts, length)
    if starts and ends is None:
        faults.report("its duration is unreadable", "its end stays unknown", where)
    return starts, ends


def _later(starts: datetime, length: timedelta) -> datetime | None:
    try:
        return starts + length
    except OverflowError:
        return None


def _schema(source: Mapping[str, Any], faults: Faults, where: str) -> None:
    """Report violations of the published schema that do no harm."""
    if isinstance(source.get("id"), str):
        faults.report("its id is text, not a number", "read as it is", where)
    if source.get("logo") == "":
        faults.report("its logo is an empty address", "read as no logo", where)
    if not source.get("guid"):
        faults.report("it has no guid", "one was derived from its contents", where)
    for person in map(table, rows(source.get("persons"))):
        who = f"{where}, {word(person.get('public_name')) or word(person.get('name')) or 'a person without a name'}"
        if "id" in person and not isinstance(person["id"], int):
            faults.report("the person's id is text, not a number", "the name is enough", who)
        if person.get("code") and not re.fullmatch(r"[A-Z0-9]+", word(person["code"])):
            faults.report("the person's code has characters other than A-Z and 0-9", "the name is enough", who)
        if not word(person.get("public_name")) and not word(person.get("name")):
            faults.report("a person has no name", "left out", where)


def _believed_zone(zone: str | None, found: Sequence[Found], faults: Faults) -> str | None:
    """Return the zone's name, unless the dates use another offset: people at the event read the dates.

    Dates in UTC contradict no zone.
    """
    written = [f.starts for f in found if f.starts and f.starts.utcoffset()]
    off = [when for when in written if when.utcoffset() != when.astimezone(zone_of(zone)).utcoffset()]
    if zone is None or not off:
        return zone
    what = f"the zone is {zone}, but the dates say {off[0].isoformat()[-6:]}"
    hours = {(when.utcoffset() or timedelta()) / timedelta(hours=1) for when in written}
    if len(hours) == 1 and (hour := hours.pop()).is_integer():
        faults.report(what, "the dates were used, and times are shown as they say", "time zone")
        return f"Etc/GMT{-hour:+.0f}"
    faults.report(what, "the dates were used", "time zone")
    return zone


# conversions of values that may have any type


def table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def word(value: Any) -> str:
    """Return text. From {"en": "...", "de": "..."} take English, or the first that is not empty."""
    if isinstance(value, Mapping):
        return word(value.get("en")) or next(filter(None, map(word, value.values())), "")
    return value.strip() if isinstance(value, str) else ""


def number_or_word(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else word(value)


def seats_of(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SEATS else None


def moment(value: Any, zone: tzinfo) -> datetime | None:
    """Return a date with a time, in the event's zone if it has no offset, or None."""
    text = word(value)
    if "T" not in text and ":" not in text:
        return None
    try:
        when = datetime.fromisoformat(text)
        when = when if when.utcoffset() is not None else when.replace(tzinfo=zone)
        when.timestamp()
    except (ValueError, OverflowError):
        return None
    return when if 1 < when.year < 9999 else None


def day(value: Any) -> date | None:
    try:
        return date.fromisoformat(word(value)[:10])
    except ValueError:
        return None
