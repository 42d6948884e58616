"""Edits of the programme and their rules. Pure: a programme and an edit give another programme, or an error.

    add_room, change_room, move_room, remove_room       rooms; `by` moves one to the left (-1) or right (1)
    add_slot, change_slot, remove_slot                  times; sessions move along with their slot
    add_session, change_session                         title and leaders
    place, unplace, swap                                into a cell (a pitch as well), off the grid, two change places
    merge, split                                        two sessions become one; one becomes two
    cancel, restore, extend, start                      on the day: `extend` adds ten minutes, `start` means now
    decline, reopen                                     pitches
    undo                                                an earlier edit (domain/grid_changes.py)
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from .errors import Clash, Invalid, Unknown
from .grid import Programme, length_of
from .ids import slugify
from .model import Pitch, Room, Session, Slot
from .wire import fold

GridDo = Literal[
    "add_room", "change_room", "move_room", "remove_room", "add_slot", "change_slot", "remove_slot", "add_session",
    "change_session", "place", "unplace", "swap", "merge", "split", "cancel", "restore", "extend", "start", "decline",
    "reopen", "undo",
]  # fmt: skip
GRID_DOS: tuple[GridDo, ...] = get_args(GridDo)
EXTENSION = timedelta(minutes=10)
MAX_ROOMS, MAX_SLOTS, MAX_SESSIONS = 60, 200, 1000
MAX_SLOT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of the programme. `op` is its id, `base` the number of the programme it was made on.

    `session` may be a pitch's guid. `other` is the second session of a swap, the one that stays after a merge, or the new
    one of a split. `since` is the time from which items follow the new session of a split.
    """

    op: str
    do: GridDo
    base: int | None = None
    room: str = ""
    slot: str = ""
    session: str = ""
    other: str = ""
    edit: str = ""
    title: str = ""
    leaders: tuple[str, ...] = ()
    seats: int | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    since: datetime | None = None
    by: int = 0


def apply(programme: Programme, edit: Edit, now: datetime) -> Programme:
    """Return the programme after the edit. Raises `Unknown`, `Invalid` or `Clash`. `undo` needs the log: see the desk."""
    return ACTS[edit.do](programme, edit, now)


# --- rooms


def _add_room(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    if len(programme.rooms) >= MAX_ROOMS:
        raise Invalid(f"An event can have at most {MAX_ROOMS} rooms.", field="title")
    _unused(edit.room, programme.rooms)
    last = max((room.position for room in programme.rooms.values()), default=-1)
    return programme.put(Room(guid=edit.room, name=_room_name(programme, edit), seats=edit.seats, position=last + 1))


def _change_room(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    room = find_room(programme, edit.room)
    changed = replace(room, name=_room_name(programme, edit), seats=edit.seats)
    moved = [replace(one, room=changed.name) for one in programme.sessions.values() if one.room == room.name]
    return programme.put(changed, *moved)


def _move_room(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    room, columns = find_room(programme, edit.room), programme.columns
    place = columns.index(room) + edit.by
    if edit.by not in (-1, 1) or not 0 <= place < len(columns):
        raise Clash(f"{room.name} can't be moved further in this direction.", field="by")
    ordered = [column for column in columns if column != room]
    ordered.insert(place, room)
    return programme.put(*(replace(one, position=n) for n, one in enumerate(ordered)))


def _remove_room(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    room = find_room(programme, edit.room)
    inside = [one for one in programme.planned if one.room == room.name]
    if inside:
        raise Clash(f"{room.name} still has “{inside[0].title}” in it. Move its sessions first.", field="room")
    return programme.drop(room)


def _room_name(programme: Programme, edit: Edit) -> str:
    if any(fold(room.name) == fold(edit.title) and room.guid != edit.room for room in programme.rooms.values()):
        raise Clash(f"There is already a room “{edit.title}”. Choose another name.", field="title")
    return edit.title


# --- slots


def _add_slot(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    if len(programme.slots) >= MAX_SLOTS:
        raise Invalid(f"An event can have at most {MAX_SLOTS} slots.", field="starts")
    _unused(edit.slot, programme.slots)
    return programme.put(_slot(programme, edit))


def _change_slot(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    """Change a slot's times. Its sessions move along, and those that ended with it still do."""
    old, new = find_slot(programme, edit.slot), _slot(programme, edit)
    inside = [one for one in programme.planned if one.starts and programme.slot_of(one) == old]
    return programme.put(new, *(_along(one, old, new) for one in inside))


def _along(session: Session, old: Slot, new: Slot) -> Session:
    assert session.starts is not None
    starts = session.starts + (new.starts - old.starts)
    ends = new.ends if session.ends == old.ends else starts + length_of(session)
    return replace(session, starts=starts, ends=max(ends, starts))


def _remove_slot(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    slot = find_slot(programme, edit.slot)
    inside = [one for one in programme.planned if one.starts and programme.slot_of(one) == slot]
    if inside:
        raise Clash(f"This slot still has “{inside[0].title}” in it. Move its sessions first.", field="slot")
    return programme.drop(slot)


def _slot(programme: Programme, edit: Edit) -> Slot:
    if edit.starts is None or edit.ends is None:
        raise Invalid("Enter when the slot starts and ends.", field="starts")
    if not timedelta() < edit.ends - edit.starts <= MAX_SLOT:
        raise Invalid("The slot must end after it starts, within a day.", field="ends")
    if any(slot.starts == edit.starts and slot.guid != edit.slot for slot in programme.slots.values()):
        raise Clash("There is already a slot that starts then. Choose another time.", field="starts")
    return Slot(guid=edit.slot, starts=edit.starts, ends=edit.ends)


# --- sessions


def _add_session(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    return programme.put(_new_session(programme, edit.session, edit.title, edit.leaders))


def _change_session(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    return programme.put(replace(find_session(programme, edit.session), title=edit.title, leaders=edit.leaders))


def _place(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    room, slot = find_room(programme, edit.room), find_slot(programme, edit.slot)
    pitch = programme.pitches.get(edit.session)
    if pitch is not None and edit.session not in programme.sessions:
        leaders = (pitch.leader,) if pitch.leader else ()
        programme = programme.put(
            _new_session(programme, pitch.guid, pitch.title, leaders), replace(pitch, state="placed")
        )
    session = find_session(programme, edit.session)
    if programme.slot_of(session) == slot and session.starts:  # it keeps a time that was changed by hand
        return programme.put(replace(session, room=room.name))
    return programme.put(replace(session, room=room.name, starts=slot.starts, ends=slot.ends))


def _unplace(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    return programme.put(replace(find_session(programme, edit.session), room=None, starts=None, ends=None))


def _swap(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    one, other = _two(programme, edit)
    return programme.put(_at(one, other), _at(other, one))


def _at(session: Session, other: Session) -> Session:
    return replace(session, room=other.room, starts=other.starts, ends=other.ends)


def _merge(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    """Merge `session` into `other`, which gets its leaders and hashtags."""
    old, new = _two(programme, edit)
    leaders = tuple(dict.fromkeys((*new.leaders, *old.leaders)))
    merged = replace(new, hashtags=tuple(dict.fromkeys((*new.hashtags, *old.hashtags))), leaders=leaders)
    return programme.put(replace(old, merged_into=new.guid, hashtags=()), merged)


def _split(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    """Make a second session of one. It is not on the grid yet, and the first one keeps its place."""
    first = find_session(programme, edit.session)
    return programme.put(_new_session(programme, edit.other, edit.title, edit.leaders or first.leaders))


def _cancel(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    return programme.put(replace(find_session(programme, edit.session), cancelled=True))


def _restore(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    return programme.put(replace(find_session(programme, edit.session), cancelled=False))


def _extend(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    session = find_session(programme, edit.session)
    if session.starts is None:
        raise Clash("This session has no time yet. Put it into a slot first.", field="session")
    return programme.put(replace(session, ends=session.starts + length_of(session) + EXTENSION))


def _start(programme: Programme, edit: Edit, now: datetime) -> Programme:
    """Let a session start now. It takes as long as planned."""
    session, starts = find_session(programme, edit.session), now.replace(second=0, microsecond=0)
    return programme.put(replace(session, starts=starts, ends=starts + length_of(session)))


def _decline(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    pitch = find_pitch(programme, edit.session)
    if pitch.state == "placed":
        raise Clash(f"“{pitch.title}” is on the grid. Cancel the session instead.", field="session")
    return programme.put(replace(pitch, state="declined"))


def _reopen(programme: Programme, edit: Edit, _now: datetime) -> Programme:
    pitch = find_pitch(programme, edit.session)
    return programme.put(replace(pitch, state="open")) if pitch.state == "declined" else programme


def _new_session(programme: Programme, guid: str, title: str, leaders: tuple[str, ...]) -> Session:
    _unused(guid, programme.sessions)
    if len(programme.sessions) >= MAX_SESSIONS:
        raise Invalid(f"An event can have at most {MAX_SESSIONS} sessions.", field="title")
    numbers = (one.number for one in programme.sessions.values())
    number = max((n for n in numbers if n is not None), default=0) + 1
    slug = free_slug(title, {one.slug for one in programme.sessions.values()})
    return Session(guid=guid, slug=slug, title=title, number=number, leaders=leaders)


def _unused(guid: str, parts: Container[str]) -> None:
    if guid in parts:
        raise Clash("This id is in use already. Make a new one for each room, slot and session.", field="op")


def free_slug(title: str, used: set[str]) -> str:
    """Return an unused slug for the title: `maps`, then `maps-2`, `maps-3`, ..."""
    base = slugify(title) or "session"
    slug, n = base, 1
    while slug in used:
        n += 1
        slug = f"{base[:56]}-{n}"
    return slug


def _two(programme: Programme, edit: Edit) -> tuple[Session, Session]:
    if edit.session == edit.other:
        raise Invalid("Choose two different sessions.", field="other")
    return find_session(programme, edit.session), find_session(programme, edit.other)


# --- look-ups


def find_room(programme: Programme, guid: str) -> Room:
    """Return a room. Raises `Unknown`."""
    if guid not in programme.rooms:
        raise Unknown("This room isn't there any more. Choose another one.", field="room")
    return programme.rooms[guid]


def find_slot(programme: Programme, guid: str) -> Slot:
    """Return a slot. Raises `Unknown`."""
    if guid not in programme.slots:
        raise Unknown("This slot isn't there any more. Choose another one.", field="slot")
    return programme.slots[guid]


def find_session(programme: Programme, guid: str) -> Session:
    """Return a session on the grid or beside it. Raises `Unknown`, or `Clash` if it was merged."""
    session = programme.sessions.get(guid)
    if session is None:
        raise Unknown("This session isn't there any more.", field="session")
    if session.merged_into:
        home = programme.sessions.get(session.merged_into)
        raise Clash(f"“{session.title}” was merged into {f'“{home.title}”' if home else 'another session'}.", field="session")
    return session


def find_pitch(programme: Programme, guid: str) -> Pitch:
    """Return a pitch. Raises `Unknown`."""
    if guid not in programme.pitches:
        raise Unknown("This pitch isn't there any more.", field="session")
    return programme.pitches[guid]


ACTS: dict[GridDo, Callable[[Programme, Edit, datetime], Programme]] = {
    "add_room": _add_room, "change_room": _change_room, "move_room": _move_room, "remove_room": _remove_room,
    "add_slot": _add_slot, "change_slot": _change_slot, "remove_slot": _remove_slot, "add_session": _add_session,
    "change_session": _change_session, "place": _place, "unplace": _unplace, "swap": _swap, "merge": _merge,
    "split": _split, "cancel": _cancel, "restore": _restore, "extend": _extend, "start": _start, "decline": _decline,
    "reopen": _reopen,
}  # fmt: skip
