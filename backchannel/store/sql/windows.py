"""Windows: parts of a timeline in reading order, found by index however long the timeline is.

They name lines by (id, seq) without reading texts, because pages keep the lines that they have rendered before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backchannel.domain.errors import UnknownItem
from backchannel.domain.model import Item
from backchannel.domain.outcomes import Outcome
from backchannel.store.base import HALLWAY, Line, Window
from backchannel.store.sql import rows
from backchannel.store.sql.connection import Connection, Row
from backchannel.store.sql.rows import ALL, ITEM, ITEM_FROM

Position = tuple[str | None, int]  # (at as stored, seq): the place of an item in reading order


class WindowQueries:
    """The queries about windows, for `SqlReader`."""

    _connection: Connection

    def _all(self, sql: str, *parameters: Any) -> Sequence[Row]:
        raise NotImplementedError

    def window(
        self, event: str, session: str | None = None, *, before: str | None = None, after: str | None = None,
        around: str | None = None, limit: int,
    ) -> Window:  # fmt: skip
        if after is not None:
            at, seq = self._position(event, after) if after else (None, 0)
            newer = self._newer(event, session, (at, seq + 1), limit + 1)
            return Window(lines=tuple(newer[:limit]), earlier=bool(after), later=len(newer) > limit)
        if around is not None:
            place = self._position(event, around)
            newer = self._newer(event, session, place, limit - limit // 2 + 1)
            older = self._older(event, session, place, limit // 2 + 1)
            earlier, later = len(older) > limit // 2, len(newer) > limit - limit // 2
            lines = (*reversed(older[: limit // 2]), *newer[: limit - limit // 2])
        else:
            older = self._older(event, session, self._position(event, before) if before else None, limit + 1)
            earlier, later = len(older) > limit, before is not None
            lines = tuple(reversed(older[:limit]))
        return Window(lines=lines, earlier=earlier, later=later)

    def _position(self, event: str, id: str) -> Position:
        found = self._all("SELECT at, seq FROM item WHERE event = ? AND id = ?", event, id)
        if not found:
            raise UnknownItem(id)
        return found[0]["at"], found[0]["seq"]

    def _older(self, event: str, session: str | None, place: Position | None, limit: int) -> list[Line]:
        """Return visible lines before the place, newest first. Items without a time come before all others."""
        found: list[Line] = []
        if place is None:
            found = self._lines(event, session, "at IS NOT NULL", (), "at DESC NULLS LAST, seq DESC", limit)
        elif place[0] is not None:
            found = self._lines(event, session, "(at, seq) < (?, ?)", place, "at DESC NULLS LAST, seq DESC", limit)
        undated = place[1] if place is not None and place[0] is None else ALL
        if len(found) < limit:
            found += self._lines(event, session, "at IS NULL AND seq < ?", (undated,), "seq DESC", limit - len(found))
        return found

    def _newer(self, event: str, session: str | None, place: Position, limit: int) -> list[Line]:
        """Return visible lines from the place on, oldest first."""
        found: list[Line] = []
        if place[0] is None:
            found = self._lines(event, session, "at IS NULL AND seq >= ?", (place[1],), "seq", limit)
            place = ("", 0)
        if len(found) < limit:
            found += self._lines(event, session, "(at, seq) >= (?, ?)", place, "at NULLS FIRST, seq", limit - len(found))
        return found

    def _lines(
        self, event: str, session: str | None, where: str, parameters: Sequence[Any], order: str, limit: int
    ) -> list[Line]:
        in_session, of = _in_session(session)
        found = self._all(
            f"SELECT id, seq FROM item WHERE event = ? AND {in_session}state = 'visible' AND {where} ORDER BY {order} LIMIT ?",
            event, *of, *parameters, limit,
        )  # fmt: skip
        return [(row["id"], row["seq"]) for row in found]

    def only_new(self, event: str, after: int) -> bool:
        changed = self._all(
            """SELECT 1 FROM change WHERE event = ? AND seq > ? AND EXISTS (
                SELECT 1 FROM change AS earlier
                WHERE earlier.event = change.event AND earlier.id = change.id AND earlier.seq < change.seq
            ) LIMIT 1""",
            event, after,
        )  # fmt: skip
        return not changed

    def items_by_id(self, event: str, ids: Sequence[str]) -> dict[str, Item]:
        found = self._all(
            f"SELECT {ITEM} FROM {ITEM_FROM} WHERE item.event = ? AND item.id {self._connection.IN}",
            event, self._connection.array(ids),
        )  # fmt: skip
        return {row["id"]: rows.item(row) for row in found}

    def outcomes(self, event: str, session: str | None, outcome: Outcome, limit: int) -> tuple[int, list[Line]]:
        in_session, of = _in_session(session)
        where = f"event = ? AND {in_session}outcome = ?"
        (count,) = self._all(f"SELECT count(*) AS n FROM item WHERE {where}", event, *of, outcome)
        found = self._all(
            f"SELECT id, seq FROM item WHERE {where} ORDER BY at DESC NULLS LAST, seq DESC LIMIT ?",
            event, *of, outcome, limit,
        )  # fmt: skip
        return count["n"], [(row["id"], row["seq"]) for row in reversed(found)]


def _in_session(session: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the condition for a session, and its parameters."""
    if session is None:
        return "", ()
    return ("session IS NULL AND ", ()) if session == HALLWAY else ("session = ? AND ", (session,))
