"""Edits in words, for the log, for conflicts and for the Undo button: "moved “Buses” to Loft, 10:30"."""

from __future__ import annotations

from datetime import datetime, tzinfo

from .grid import Programme
from .grid_edits import Edit
from .model import Session, Slot


def phrase(edit: Edit, old: Programme, new: Programme, zone: tzinfo) -> str:
    """Return what the edit did, in the past tense and without its subject."""
    match edit.do:
        case "add_room" | "change_room" | "move_room" | "remove_room":
            return _room_phrase(edit, old, new)
        case "add_slot" | "change_slot" | "remove_slot":
            return _slot_phrase(edit, old, new, zone)
        case "swap":
            return f"swapped {_title(new, edit.session)} and {_title(new, edit.other)}"
        case "merge":
            return f"merged {_title(new, edit.session)} into {_title(new, edit.other)}"
        case "split":
            return f"split {_title(new, edit.session)}: the second session is {_title(new, edit.other)}"
        case "decline" | "reopen":
            return f"{'declined' if edit.do == 'decline' else 'reopened'} the pitch “{new.pitches[edit.session].title}”"
        case _:
            return _session_phrase(edit, old, new, zone)


def where(session: Session, zone: tzinfo) -> str:
    """Return where and when a session takes place: "Loft, 10:30", or "off the grid"."""
    place = [session.room or "", clock(session.starts, zone) if session.starts else ""]
    return ", ".join(filter(None, place)) or "off the grid"


def clock(when: datetime, zone: tzinfo) -> str:
    """Return the time of day in the event's zone."""
    return f"{when.astimezone(zone):%H:%M}"


def _room_phrase(edit: Edit, old: Programme, new: Programme) -> str:
    if edit.do == "remove_room":
        return f"removed the room {old.rooms[edit.room].name}"
    room = new.rooms[edit.room]
    if edit.do == "add_room":
        return f"added the room {room.name}"
    if edit.do == "move_room":
        return f"moved the room {room.name} to the {'left' if edit.by < 0 else 'right'}"
    before = old.rooms[edit.room]
    if before.name != room.name:
        return f"renamed the room {before.name} to {room.name}"
    return f"changed the seats of {room.name} to {room.seats if room.seats is not None else 'unknown'}"


def _slot_phrase(edit: Edit, old: Programme, new: Programme, zone: tzinfo) -> str:
    if edit.do == "add_slot":
        return f"added the slot {_hours(new.slots[edit.slot], zone)}"
    before = _hours(old.slots[edit.slot], zone)
    if edit.do == "remove_slot":
        return f"removed the slot {before}"
    return f"moved the slot {before} to {_hours(new.slots[edit.slot], zone)}"


def _session_phrase(edit: Edit, old: Programme, new: Programme, zone: tzinfo) -> str:
    session, title = new.sessions[edit.session], _title(new, edit.session)
    match edit.do:
        case "place":
            before = old.sessions.get(edit.session)
            verb = "moved" if before and before.room and before.starts else "put"
            return f"{verb} {title} {'to' if verb == 'moved' else 'in'} {where(session, zone)}"
        case "unplace":
            return f"took {title} off the grid"
        case "extend":
            return f"extended {title} by ten minutes"
        case "start":
            return f"started {title} at {clock(session.starts, zone) if session.starts else 'once'}"
        case "cancel":
            return f"cancelled {title}"
        case "restore":
            return f"restored {title}"
        case "add_session":
            return f"added {title}"
        case _:
            before = old.sessions[edit.session]
            return f"renamed “{before.title}” to {title}" if before.title != session.title else f"changed the leaders of {title}"


def _title(programme: Programme, guid: str) -> str:
    return f"“{programme.sessions[guid].title}”"


def _hours(slot: Slot, zone: tzinfo) -> str:
    return f"{clock(slot.starts, zone)}–{clock(slot.ends, zone)}"
