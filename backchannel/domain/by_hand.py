"""What people changed by hand since the schedule last said otherwise, found in the log of edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .grid import Part, Programme
from .grid_changes import Kind, to_json
from .grid_log import LoggedEdit
from .model import Room, Schedule, Session


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was changed and made by hand. `said` is what the schedule said of changed fields, by kind and guid."""

    said: Mapping[tuple[Kind, str], Mapping[str, Any]] = field(default_factory=dict)
    made: frozenset[str] = frozenset()  # the guids of rooms, slots and sessions that edits made

    def fields(self, kind: Kind, part: Part) -> frozenset[str]:
        """Return the names of the fields that differ from what the schedule said."""
        said = self.said.get((kind, part.guid), {})
        return frozenset(name for name, value in said.items() if to_json(getattr(part, name)) != value)


def by_hand(edits: Iterable[LoggedEdit]) -> ByHand:
    """Return what these edits, oldest first, changed and made by hand. An import says anew what it changes."""
    said: dict[tuple[Kind, str], dict[str, Any]] = {}
    made = set[str]()
    for edit in edits:
        for change in edit.changes:
            known = said.setdefault((change.kind, change.guid), {})
            if edit.do == "import":
                for name in change.after or ():
                    known.pop(name, None)
            elif change.before is None:
                made.add(change.guid)
            elif change.after is not None:
                for name, value in change.before.items():
                    known.setdefault(name, value)
    return ByHand({key: fields for key, fields in said.items() if fields}, frozenset(made))


def in_our_rooms(schedule: Schedule, programme: Programme, hand: ByHand) -> Schedule:
    """Return the schedule with the names that rooms were given by hand."""
    renamed_here = [room for room in programme.rooms.values() if "name" in hand.fields("room", room)]
    ours = {str(hand.said["room", room.guid]["name"]): room for room in renamed_here}

    def renamed(room: Room) -> Room:
        return replace(room, name=ours[room.name].name) if room.name in ours else room

    def moved(session: Session) -> Session:
        return replace(session, room=ours[session.room].name) if session.room in ours else session

    return replace(
        schedule, rooms=tuple(map(renamed, schedule.rooms)), sessions=tuple(map(moved, schedule.sessions))
    )  # fmt: skip
