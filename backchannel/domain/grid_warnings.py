"""Warnings about a programme: what will go wrong in the building if nobody changes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from .grid import Programme, length_of
from .model import Session
from .people import PARTICIPANT
from .wire import fold


def warnings(programme: Programme) -> dict[str, tuple[str, ...]]:
    """Return sentences about each session that has a problem, by guid."""
    found: dict[str, list[str]] = defaultdict(list)
    leaders = {one.guid: {fold(name): name for name in one.leaders if name != PARTICIPANT} for one in programme.planned}
    for one, other in _pairs(programme):
        for first, second in ((one, other), (other, one)):
            found[first.guid].extend(_same_room(first, second))
            found[first.guid].extend(_same_leader(leaders[first.guid], leaders[second.guid], second))
    for session in programme.planned:
        if not session.cancelled:
            found[session.guid].extend(_too_small(programme, session))
    return {guid: tuple(sentences) for guid, sentences in found.items() if sentences}


def _pairs(programme: Programme) -> Iterator[tuple[Session, Session]]:
    """Yield the sessions that run at the same time, two by two."""
    timed = [(one.starts, one) for one in programme.planned if one.starts and not one.cancelled]
    timed.sort(key=lambda pair: (pair[0], pair[1].guid))
    for n, (starts, one) in enumerate(timed):
        ends = starts + length_of(one)
        for begins, other in timed[n + 1 :]:
            if begins >= ends:
                break
            yield one, other


def _same_room(session: Session, other: Session) -> Iterator[str]:
    if session.room and session.room == other.room:
        yield f"“{other.title}” is in {session.room} at the same time."


def _same_leader(leaders: Mapping[str, str], busy: Mapping[str, str], other: Session) -> Iterator[str]:
    for name in (name for name in leaders if name in busy):
        yield f"{leaders[name]} also leads “{other.title}” at the same time."


def _too_small(programme: Programme, session: Session) -> Iterator[str]:
    pitch, room = programme.pitches.get(session.guid), programme.room_named(session.room)
    if pitch and room and room.seats is not None and pitch.votes > room.seats:
        yield f"{pitch.votes} people want to come, and {room.name} has {room.seats} seats."
