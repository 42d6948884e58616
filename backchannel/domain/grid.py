"""The programme as one value: rooms, slots, sessions and pitches, and what is where on the grid."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .ids import derived
from .model import Pitch, Room, Session, Slot
from .times import write_when

DEFAULT_LENGTH = timedelta(minutes=45)  # of a session without an end
PLURALS = {Room: "rooms", Slot: "slots", Session: "sessions", Pitch: "pitches"}

Part = Room | Slot | Session | Pitch


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The parts of an event's programme, each kind by guid. Cancelled and merged sessions are among the sessions."""

    rooms: Mapping[str, Room] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    pitches: Mapping[str, Pitch] = field(default_factory=dict)

    def put(self, *parts: Part) -> Programme:
        """Return the programme with these parts added or replaced."""
        programme = self
        for part in parts:
            kind = PLURALS[type(part)]
            programme = replace(programme, **{kind: {**getattr(programme, kind), part.guid: part}})
        return programme

    def drop(self, part: Part) -> Programme:
        """Return the programme without this part."""
        kind = PLURALS[type(part)]
        return replace(self, **{kind: {guid: kept for guid, kept in getattr(self, kind).items() if guid != part.guid}})

    @property
    def columns(self) -> list[Room]:
        """Return the rooms from left to right."""
        return sorted(self.rooms.values(), key=lambda room: (room.position, room.name))

    @property
    def rows(self) -> list[Slot]:
        """Return the slots from the first to the last."""
        return sorted(self.slots.values(), key=lambda slot: (slot.starts, slot.ends, slot.guid))

    @property
    def planned(self) -> Iterator[Session]:
        """Yield the sessions that were not merged into another."""
        return (session for session in self.sessions.values() if session.merged_into is None)

    def room_named(self, name: str | None) -> Room | None:
        """Return the room with this name."""
        return next((room for room in self.rooms.values() if room.name == name), None)

    def slot_of(self, session: Session) -> Slot | None:
        """Return the slot a session is in: the one with its start, or else the one it overlaps most."""
        return _slot_of(session, self.rows)

    def cells(self) -> dict[tuple[str, str], list[Session]]:
        """Return the sessions on the grid by (room name, slot guid), in order of their starts and numbers."""
        rows, found = self.rows, defaultdict[tuple[str, str], list[Session]](list)
        for session in sorted(self.planned, key=_in_order):
            slot = _slot_of(session, rows) if session.room else None
            if session.room and slot:
                found[session.room, slot.guid].append(session)
        return dict(found)

    def placed(self) -> dict[str, Slot]:
        """Return the slot of every session that is in one, by the session's guid."""
        rows = self.rows
        found = ((one.guid, _slot_of(one, rows)) for one in self.planned)
        return {guid: slot for guid, slot in found if slot}

    def off_grid(self) -> list[Session]:
        """Return the sessions without a room or without a time."""
        return sorted((one for one in self.planned if one.room is None or one.starts is None), key=_in_order)


def length_of(session: Session) -> timedelta:
    """Return how long a session takes."""
    if session.starts and session.ends and session.ends > session.starts:
        return session.ends - session.starts
    return DEFAULT_LENGTH


def overlap(session: Session, starts: datetime, ends: datetime) -> timedelta:
    """Return how much of a period a session takes; zero without a time."""
    if session.starts is None:
        return timedelta()
    return max(timedelta(), min(ends, session.starts + length_of(session)) - max(starts, session.starts))


def with_implied_parts(programme: Programme) -> Programme:
    """Return the programme with the rooms and slots that its sessions imply: an imported schedule names only sessions.

    Their guids are derived from the room's name and the slot's start, so they are the same at every reading.
    """
    named = {room.name for room in programme.rooms.values()}
    last = max((room.position for room in programme.rooms.values()), default=-1)
    missing = dict.fromkeys(one.room for one in programme.planned if one.room and one.room not in named)
    rooms = [Room(name=name, guid=derived("room", name), position=last + n) for n, name in enumerate(missing, 1)]
    return programme.put(*rooms, *implied_slots(programme.planned, programme.rows))


def implied_slots(sessions: Iterable[Session], known: list[Slot]) -> list[Slot]:
    """Return a slot for each start of sessions that are in no known slot. It ends when most of them end."""
    lengths: dict[datetime, Counter[timedelta]] = {}
    for session in sessions:
        if session.starts and _slot_of(session, known) is None:
            lengths.setdefault(session.starts, Counter())[length_of(session)] += 1
    return [
        Slot(guid=derived("slot", starts.isoformat()), starts=starts, ends=starts + found.most_common(1)[0][0])
        for starts, found in sorted(lengths.items())
    ]


def _in_order(session: Session) -> tuple[str, int, str]:
    return (write_when(session.starts) or "", session.number or 0, session.guid)


def _slot_of(session: Session, slots: list[Slot]) -> Slot | None:
    exact = next((slot for slot in slots if slot.starts == session.starts), None)
    if exact or session.starts is None:
        return exact
    most = max(slots, key=lambda slot: overlap(session, slot.starts, slot.ends), default=None)
    return most if most and overlap(session, most.starts, most.ends) else None
