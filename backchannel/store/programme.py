"""The part of the store's contract that is about the programme: rooms, slots, sessions, pitches, and the log of edits.

`Event.programme` counts the changes of the grid, and `Event.pitches` those of pitches and votes. Followers compare these
numbers with the ones they know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backchannel.domain.grid import Part, Programme
from backchannel.domain.grid_log import LoggedEdit
from backchannel.domain.model import Room, Session, WatchedSchedule


class ProgrammeReader(Protocol):
    """The queries about the programme."""

    def programme(self, event: str) -> Programme:
        """Return the stored parts of the programme. Sessions may imply more (domain/grid.py)."""

    def programme_heads(self) -> dict[str, tuple[int, int]]:
        """Return (programme, pitches), the two counters of every event, by slug. Cheap enough for every poll."""

    def rooms(self, event: str) -> tuple[Room, ...]:
        """Return the rooms in their order."""

    def sessions(self, event: str) -> tuple[Session, ...]:
        """Return the sessions in grid order: by start, then room, then number. Merged sessions are left out."""

    def anonymous_sessions(self, event: str) -> frozenset[str]:
        """Return the guids of the sessions that show no names. Cheap enough to call for every frame."""

    def merged_sessions(self, event: str) -> dict[str, str]:
        """Return the guids of merged sessions, each with the guid of the session it was merged into."""

    def session(self, event: str, ref: str) -> Session:
        """Return one session by guid or slug. Raises `UnknownSession`."""

    def voted(self, event: str, author_key: str) -> frozenset[str]:
        """Return the guids of the pitches that this person voted for."""

    def grid_edits(self, event: str, after: int = 0, *, limit: int = -1) -> list[LoggedEdit]:
        """Return the edits of the programme with a `rev` above `after`, newest first. A negative limit means all."""

    def grid_edit(self, event: str, op: str) -> LoggedEdit | None:
        """Return the edit with this op id, or `None`."""

    def watched_schedules(self) -> list[WatchedSchedule]:
        """Return the addresses that programmes follow, of all events. Cheap enough for every second."""

    def posts_by_clock(self, event: str, since: datetime, until: datetime, *, after: str = "", limit: int) -> list[str]:
        """Return the ids of posts of this period that were placed by their time or room alone, by `at` and id: those
        after the post `after`.
        """


class ProgrammeWriter(ProgrammeReader, Protocol):
    """The changes of the programme."""

    def save_rooms(self, event: str, rooms: Sequence[Room]) -> None:
        """Replace the event's rooms, in this order. Rooms that have no guid get one."""

    def save_session(self, event: str, session: Session) -> None:
        """Create or update a session."""

    def remove_session(self, event: str, guid: str) -> None:
        """Remove a session from the grid. Its items must have been moved before."""

    def save_part(self, event: str, part: Part) -> None:
        """Create or update a room, slot, session or pitch. The votes of a pitch stay as they are."""

    def remove_part(self, event: str, part: Part) -> None:
        """Remove a room, slot, session or pitch."""

    def vote(self, event: str, pitch: str, author_key: str, on: bool) -> None:
        """Add or remove one person's vote for a pitch."""

    def log_edit(self, event: str, edit: LoggedEdit) -> int:
        """Raise the programme's number, and store the edit with that number as its `rev`, which is returned."""

    def save_watched_schedule(self, watched: WatchedSchedule) -> None:
        """Create or replace the address that an event's programme follows."""

    def remove_watched_schedule(self, event: str) -> None:
        """Forget the address that an event's programme follows."""

    def mark_undone(self, event: str, rev: int) -> None:
        """Mark an edit as undone."""

    def raise_pitches(self, event: str) -> int:
        """Raise the number of the pitches and return it."""
