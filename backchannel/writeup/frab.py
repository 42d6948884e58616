"""The programme as schedule.json and schedule.xml (frab, version 1), which schedule apps subscribe to.

Schema of the JSON: https://c3voc.de/schedule/schema.json. It has no word for cancelled sessions, so they have the
subtitle “Cancelled”. Sessions without a time are left out. `import schedule` reads both files as the same programme.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zoneinfo import ZoneInfo

from backchannel.domain.model import Event, Room, Session
from backchannel.domain.wire import one_line, tidy
from backchannel.writeup.deterministic import name_id
from backchannel.writeup.mdtext import printable
from backchannel.writeup.render import is_good_link

GENERATOR = "Backchannel"
CANCELLED = "Cancelled"
SCHEMA = "https://c3voc.de/schedule/schema.json"
MIN_ACRONYM = 4  # letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is published: sessions without the merged ones, and the address that those of sessions begin with."""

    event: Event
    rooms: tuple[Room, ...]
    sessions: tuple[Session, ...]
    home: str  # of the event, with a slash at the end

    def address(self, session: Session) -> str:
        """Return the address of a session's page."""
        return f"{self.home}s/{session.slug}"


def write_json(published: Published) -> str:
    return json.dumps(
        {"$schema": SCHEMA, "generator": {"name": GENERATOR}, "schedule": _schedule(published)}, ensure_ascii=False, indent=1
    )


def _schedule(published: Published) -> dict[str, Any]:
    event, zone = published.event, ZoneInfo(published.event.timezone)
    timed = sorted((one for one in published.sessions if one.starts), key=lambda one: (_local(one, zone), one.room or ""))
    days = [(day, tuple(found)) for day, found in groupby(timed, key=lambda one: _local(one, zone).date())]
    first = event.starts or (days[0][0] if days else None) or date(1970, 1, 1)
    last = event.ends or (days[-1][0] if days else None) or first
    return {
        "version": str(event.programme),
        "base_url": published.home,
        "conference": {
            "acronym": event.slug.replace("-", "_").ljust(MIN_ACRONYM, "_"),
            "title": one_line(event.title),
            "start": first.isoformat(),
            "end": last.isoformat(),
            "daysCount": len(days),
            "timeslot_duration": "00:05",
            "time_zone_name": event.timezone,
            "url": published.home,
            "rooms": [{"name": room.name, "guid": room.guid, "capacity": room.seats} for room in published.rooms],
            "days": [_day(published, number, day, found, zone) for number, (day, found) in enumerate(days, 1)],
        },
    }


def _day(published: Published, number: int, day: date, sessions: tuple[Session, ...], zone: ZoneInfo) -> dict[str, Any]:
    names = [room.name for room in published.rooms]
    names += dict.fromkeys(one.room or "" for one in sessions if (one.room or "") not in names)
    return {
        "index": number,
        "date": day.isoformat(),
        "day_start": datetime.combine(day, time(), zone).isoformat(),
        "day_end": datetime.combine(day, time(23, 59, 59), zone).isoformat(),
        "rooms": {name: [_session(published, one, zone) for one in sessions if (one.room or "") == name] for name in names},
    }


def _session(published: Published, session: Session, zone: ZoneInfo) -> dict[str, Any]:
    starts, address = _local(session, zone), published.address(session)
    return {
        "id": session.number or zlib.crc32(session.guid.encode()) | 1,
        "guid": session.guid,
        "date": starts.isoformat(),
        "start": f"{starts:%H:%M}",
        "duration": _duration(session),
        "room": session.room or "",
        "slug": f"{published.event.slug}-{session.slug}",
        "url": session.url if session.url and is_good_link(session.url) else address,
        "title": one_line(session.title),
        "subtitle": CANCELLED if session.cancelled else "",
        "track": "",
        "type": "discussion",
        "language": "en",
        "abstract": printable(tidy(session.abstract)),
        "description": _hashtags(session),
        "persons": [_person(name) for name in map(one_line, session.leaders) if name],
        "links": [{"url": address, "title": "Notes"}],
        "attachments": [],
    }


def _person(name: str) -> dict[str, Any]:
    return {"id": zlib.crc32(name.encode()) | 1, "guid": name_id(name), "public_name": name}


def _local(session: Session, zone: ZoneInfo) -> datetime:
    assert session.starts is not None
    return session.starts.astimezone(zone)


def _duration(session: Session) -> str:
    """Return hours and minutes; 00:00 if the end is unknown."""
    length = session.ends - session.starts if session.starts and session.ends else timedelta()
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours:02}:{minutes:02}"


def _hashtags(session: Session) -> str:
    tags = [one_line(tag) for tag in session.hashtags]
    return f"Hashtag: {' '.join(f'#{tag}' for tag in tags)}" if tags else ""


def write_xml(published: Published) -> str:
    schedule = _schedule(published)
    conference = schedule["conference"]
    root = Element("schedule")
    SubElement(root, "generator", name=GENERATOR)
    SubElement(root, "version").text = schedule["version"]
    _texts(SubElement(root, "conference"), {
        "acronym": conference["acronym"], "title": conference["title"], "start": conference["start"], "end": conference["end"],
        "days": conference["daysCount"], "timeslot_duration": conference["timeslot_duration"],
        "base_url": schedule["base_url"], "time_zone_name": conference["time_zone_name"],
    })  # fmt: skip
    guids = {room["name"]: room["guid"] for room in conference["rooms"]}
    for day in conference["days"]:
        element = SubElement(root, "day", index=str(day["index"]), date=day["date"], start=day["day_start"], end=day["day_end"])
        for name, sessions in day["rooms"].items():
            room = SubElement(element, "room", name=name, guid=guids.get(name, ""))
            _events(room, sessions)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _events(room: Element, sessions: Iterable[Mapping[str, Any]]) -> None:
    for session in sessions:
        event = SubElement(room, "event", guid=session["guid"], id=str(session["id"]))
        parts = ("date", "start", "duration", "room", "slug", "url", "title", "subtitle", "track", "type", "language")
        _texts(event, {name: session[name] for name in (*parts, "abstract", "description")})
        people = SubElement(event, "persons")
        for person in session["persons"]:
            SubElement(people, "person", id=str(person["id"])).text = printable(person["public_name"])
        links = SubElement(event, "links")
        for link in session["links"]:
            SubElement(links, "link", href=link["url"]).text = link["title"]


def _texts(parent: Element, texts: Mapping[str, object]) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = printable(str(text))
