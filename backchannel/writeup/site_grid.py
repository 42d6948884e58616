"""The grid as a page: days, slots and rooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from backchannel.domain.model import Session
from backchannel.domain.times import local_day, read_date
from backchannel.writeup.dates import zone_of
from backchannel.writeup.html import plain, without_notes_html
from backchannel.writeup.model import EventWriteUp, SessionWriteUp

Place = tuple[Session, SessionWriteUp | None]  # a session, with its write-up if there is one
_LAST = datetime.max.replace(tzinfo=UTC)


def grid(writeup: EventWriteUp, names: Mapping[int, str]) -> Iterator[str]:
    """Return every session of the event. `names` are the write-ups' pages by id."""
    zone = zone_of(writeup.zone)
    written: list[Place] = [(part.session, part) for part in writeup.sessions if part.session]
    known = {session.guid for session, _ in written}
    places = [*written, *((session, None) for session in writeup.without_notes if session.guid not in known)]
    places.sort(key=lambda place: place[0].starts or _LAST)
    if not places:
        yield "<p>There are no sessions.</p>"
    for day, of_day in groupby(places, lambda place: _day(place[0], zone)):
        yield f'<section class="day"><h2>{day}</h2>'
        for time, of_slot in groupby(of_day, lambda place: _time(place[0], zone)):
            yield from _slot(writeup, time, of_slot, names)
        yield "</section>"


def _slot(writeup: EventWriteUp, time: str, places: Iterable[Place], names: Mapping[int, str]) -> Iterator[str]:
    yield f'<div class="slot">{f"<h3>{time}</h3>" if time else ""}<ul>'
    for session, part in sorted(places, key=lambda place: (place[0].room or "", place[0].title)):
        yield f"<li>{_title(writeup, session, part, names)}{_beside(session, part)}</li>"
    yield "</ul></div>"


def _title(writeup: EventWriteUp, session: Session, part: SessionWriteUp | None, names: Mapping[int, str]) -> str:
    if part is None:
        return f'<span class="empty">{without_notes_html(writeup, session)}</span>'
    return f'<a href="{names[id(part)]}">{plain(part.title)}</a>'


def _beside(session: Session, part: SessionWriteUp | None) -> str:
    room = f' <small class="room">{plain(session.room)}</small>' if session.room else ""
    facts = [", ".join(session.leaders), part.counted if part else "nothing was written"]
    return room + "".join(f" <small>{plain(fact)}</small>" for fact in facts if fact)


def _day(session: Session, zone: tzinfo) -> str:
    return read_date(local_day(session.starts, zone)) if session.starts else "Without a time"


def _time(session: Session, zone: tzinfo) -> str:
    if session.starts is None:
        return ""
    starts = session.starts.astimezone(zone)
    return f"{starts:%H:%M}–{session.ends.astimezone(zone):%H:%M}" if session.ends else f"{starts:%H:%M}"
