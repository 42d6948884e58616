"""The programme in the store: rooms, slots, sessions, pitches, and the log of edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from backchannel.domain.errors import UnknownEvent, UnknownSession
from backchannel.domain.grid import Part, Programme
from backchannel.domain.grid_log import LoggedEdit
from backchannel.domain.ids import derived
from backchannel.domain.model import Pitch, Room, Session, Slot, WatchedSchedule
from backchannel.domain.times import write_when
from backchannel.store.sql import programme_rows, rows
from backchannel.store.sql.connection import Connection, Row

PITCHES = """
    SELECT pitch.*, (SELECT count(*) FROM pitch_vote AS v WHERE v.event = pitch.event AND v.guid = pitch.guid) AS votes
    FROM pitch WHERE event = ? ORDER BY at NULLS FIRST, guid
"""


@cache
def insert(table: str, names: tuple[str, ...]) -> str:
    """Return the statement that inserts a row."""
    return f"INSERT INTO {table} ({', '.join(map(quoted, names))}) VALUES ({', '.join('?' * len(names))})"


@cache
def upsert(table: str, names: tuple[str, ...], key: tuple[str, ...]) -> str:
    """Return the statement that inserts a row or updates the one with the same key."""
    rest = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in names if name not in key)
    return f"{insert(table, names)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {rest}"


def quoted(name: str) -> str:
    """Return the name of a column as an identifier, because some databases reserve `do`."""
    return f'"{name}"'


class ProgrammeQueries:
    """Queries over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _all(self, sql: str, *parameters: Any) -> Sequence[Row]:
        return self._connection.rows(sql, parameters)

    def _one(self, sql: str, *parameters: Any) -> Row | None:
        found = self._connection.rows(sql, parameters)
        return found[0] if found else None

    def programme(self, event: str) -> Programme:
        slots = [programme_rows.slot(row) for row in self._all("SELECT * FROM slot WHERE event = ?", event)]
        sessions = [rows.session(row) for row in self._all("SELECT * FROM session WHERE event = ?", event)]
        pitches = [programme_rows.pitch(row) for row in self._all(PITCHES, event)]
        return Programme(
            rooms={room.guid: room for room in self.rooms(event)}, slots={slot.guid: slot for slot in slots},
            sessions={session.guid: session for session in sessions}, pitches={pitch.guid: pitch for pitch in pitches},
        )  # fmt: skip

    def programme_heads(self) -> dict[str, tuple[int, int]]:
        found = self._all("SELECT slug, programme, pitches FROM event")
        return {row["slug"]: (row["programme"], row["pitches"]) for row in found}

    def rooms(self, event: str) -> tuple[Room, ...]:
        return tuple(
            rows.room(row) for row in self._all("SELECT * FROM room WHERE event = ? ORDER BY position, name", event)
        )

    def sessions(self, event: str) -> tuple[Session, ...]:
        found = self._all(
            """SELECT session.* FROM session LEFT JOIN room ON room.event = session.event AND room.name = session.room
            WHERE session.event = ? AND merged_into IS NULL
            ORDER BY coalesce(starts, '9999'), coalesce(room.position, 9999), number NULLS FIRST, lower(title)""",
            event,
        )
        return tuple(rows.session(row) for row in found)

    def anonymous_sessions(self, event: str) -> frozenset[str]:
        found = self._all("SELECT guid FROM session WHERE event = ? AND no_names = 1", event)
        return frozenset(row["guid"] for row in found)

    def merged_sessions(self, event: str) -> dict[str, str]:
        found = self._all("SELECT guid, merged_into FROM session WHERE event = ? AND merged_into IS NOT NULL", event)
        return {row["guid"]: row["merged_into"] for row in found}

    def session(self, event: str, ref: str) -> Session:
        row = self._one("SELECT * FROM session WHERE event = ? AND (guid = ? OR slug = ?)", event, ref, ref)
        if row is None:
            raise UnknownSession(ref, event)
        return rows.session(row)

    def voted(self, event: str, author_key: str) -> frozenset[str]:
        found = self._all("SELECT guid FROM pitch_vote WHERE event = ? AND author_key = ?", event, author_key)
        return frozenset(row["guid"] for row in found)

    def grid_edits(self, event: str, after: int = 0, *, limit: int = -1) -> list[LoggedEdit]:
        found = self._all(
            "SELECT * FROM grid_edit WHERE event = ? AND rev > ? ORDER BY rev DESC LIMIT ?",
            event, after, rows.all_if_negative(limit),
        )  # fmt: skip
        return [programme_rows.edit(row) for row in found]

    def grid_edit(self, event: str, op: str) -> LoggedEdit | None:
        row = self._one("SELECT * FROM grid_edit WHERE event = ? AND op = ?", event, op)
        return programme_rows.edit(row) if row else None

    def watched_schedules(self) -> list[WatchedSchedule]:
        return [programme_rows.watched_schedule(row) for row in self._all("SELECT * FROM watched_schedule ORDER BY event")]

    def posts_by_clock(self, event: str, since: datetime, until: datetime, *, after: str = "", limit: int) -> list[str]:
        position = self._one("SELECT at, id FROM item WHERE event = ? AND id = ?", event, after) if after else None
        from_where = (position["at"], position["id"]) if position else (write_when(since), "")
        found = self._all(
            f"""SELECT id FROM item WHERE event = ? AND {rows.BY_CLOCK} AND at <= ? AND (at, id) > (?, ?)
            ORDER BY at, id LIMIT ?""",
            event, write_when(until), *from_where, limit,
        )  # fmt: skip
        return [row["id"] for row in found]


class ProgrammeChanges(ProgrammeQueries):
    """Writes over the writing connection."""

    def _run(self, sql: str, *parameters: Any) -> None:
        self._connection.run(sql, parameters)

    def _upsert(self, table: str, row: dict[str, Any], key: tuple[str, ...]) -> None:
        self._run(upsert(table, tuple(row), key), *row.values())

    def _raise_version(self, event: str) -> None:
        """Note that something other than an item changed, so that pages made before are not served again."""
        self._run("UPDATE event SET version = version + 1 WHERE slug = ?", event)

    def save_rooms(self, event: str, rooms: Sequence[Room]) -> None:
        self._run("DELETE FROM room WHERE event = ?", event)
        used: set[str] = set()
        for position, room in enumerate(rooms):
            guid = room.guid if room.guid and room.guid not in used else derived("room", room.name)
            used.add(guid)
            self._save_room(event, replace(room, guid=guid, position=position))
        self._raise_version(event)

    def _save_room(self, event: str, room: Room) -> None:
        self._run("DELETE FROM room WHERE event = ? AND guid = ?", event, room.guid)
        self._upsert("room", programme_rows.room_row(event, room), ("event", "name"))

    def save_session(self, event: str, session: Session) -> None:
        self._upsert("session", rows.session_row(event, session), ("event", "guid"))
        self._raise_version(event)

    def remove_session(self, event: str, guid: str) -> None:
        self._run("DELETE FROM session WHERE event = ? AND guid = ?", event, guid)
        self._raise_version(event)

    def save_part(self, event: str, part: Part) -> None:
        match part:
            case Room():
                self._save_room(event, part)
            case Slot():
                self._upsert("slot", programme_rows.slot_row(event, part), ("event", "guid"))
            case Session():
                self.save_session(event, part)
            case Pitch():
                self._upsert("pitch", programme_rows.pitch_row(event, part), ("event", "guid"))
        self._raise_version(event)

    def remove_part(self, event: str, part: Part) -> None:
        table = {Room: "room", Slot: "slot", Session: "session", Pitch: "pitch"}[type(part)]
        self._run(f"DELETE FROM {table} WHERE event = ? AND guid = ?", event, part.guid)
        self._raise_version(event)

    def vote(self, event: str, pitch: str, author_key: str, on: bool) -> None:
        if on:
            self._run("INSERT INTO pitch_vote VALUES (?, ?, ?) ON CONFLICT DO NOTHING", event, pitch, author_key)
        else:
            self._run("DELETE FROM pitch_vote WHERE event = ? AND guid = ? AND author_key = ?", event, pitch, author_key)

    def log_edit(self, event: str, edit: LoggedEdit) -> int:
        rev = self._raise(event, "programme")
        self._upsert("grid_edit", programme_rows.edit_row(event, replace(edit, rev=rev)), ("event", "rev"))
        return rev

    def save_watched_schedule(self, watched: WatchedSchedule) -> None:
        self._upsert("watched_schedule", programme_rows.watched_schedule_row(watched), ("event",))

    def remove_watched_schedule(self, event: str) -> None:
        self._run("DELETE FROM watched_schedule WHERE event = ?", event)

    def mark_undone(self, event: str, rev: int) -> None:
        self._run("UPDATE grid_edit SET undone = 1 WHERE event = ? AND rev = ?", event, rev)

    def raise_pitches(self, event: str) -> int:
        return self._raise(event, "pitches")

    def _raise(self, event: str, counter: str) -> int:
        found = self._all(f"UPDATE event SET {counter} = {counter} + 1 WHERE slug = ? RETURNING {counter} AS n", event)
        if not found:
            raise UnknownEvent(event)
        return int(found[0]["n"])
