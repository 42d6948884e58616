"""Changes of the programme as sent to followers.

    {"event", "programme", "pitches", "sessions": [{"guid", "slug", "title", "room", "starts", "ends", "cancelled",
    "merged_into"}]}

`programme` and `pitches` are numbers to compare. `sessions` are those that changed after a number, as they are now.
"""

from __future__ import annotations

from typing import Any

from backchannel.desk.grid import read_programme
from backchannel.domain.errors import UnknownSession
from backchannel.domain.model import Session
from backchannel.domain.times import write_when
from backchannel.store.base import Reader

MAX_LOOKUPS = 20  # sessions that are read one by one; beyond it the whole programme is read


def programme_news(reader: Reader, event: str, after: int | None) -> dict[str, Any]:
    """Return the sessions that changed after the number `after`, as they are now. `None` gives all sessions."""
    found, sessions = reader.event(event), _sessions(reader, event, after)
    return {
        "event": event,
        "programme": found.programme,
        "pitches": found.pitches,
        "sessions": [session_on_wire(session) for session in sorted(sessions, key=lambda one: (one.number or 0, one.guid))],
    }


def _sessions(reader: Reader, event: str, after: int | None) -> list[Session]:
    if after is None:
        return list(reader.programme(event).sessions.values())
    edits = reader.grid_edits(event, after)
    changed = {change.guid for edit in edits for change in edit.changes if change.kind == "session"}
    if len(changed) > MAX_LOOKUPS:
        return [one for one in reader.programme(event).sessions.values() if one.guid in changed]
    return [session for guid in changed if (session := _session(reader, event, guid))]


def _session(reader: Reader, event: str, guid: str) -> Session | None:
    """Return a session, or None if the edit that made it was undone."""
    try:
        return reader.session(event, guid)
    except UnknownSession:
        return None


def programme_overview(reader: Reader, event: str) -> dict[str, Any]:
    """Return the whole programme: rooms and slots in order, and all sessions."""
    programme = read_programme(reader, event)
    return programme_news(reader, event, None) | {
        "rooms": [{"guid": room.guid, "name": room.name, "seats": room.seats} for room in programme.columns],
        "slots": [
            {"guid": slot.guid, "starts": write_when(slot.starts), "ends": write_when(slot.ends)} for slot in programme.rows
        ],
    }


def session_on_wire(session: Session) -> dict[str, Any]:
    """Return where and when a session takes place."""
    return {
        "guid": session.guid,
        "slug": session.slug,
        "title": session.title,
        "room": session.room,
        "starts": write_when(session.starts),
        "ends": write_when(session.ends),
        "cancelled": session.cancelled,
        "merged_into": session.merged_into,
    }
