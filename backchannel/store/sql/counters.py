"""Counts of the visible items, kept in the transaction that changes an item, so that no page counts a whole event.

    tally        (event, session, origin, kind)  -> items            session '' is the hallway
    note_taker   (event, session, author)        -> notes, first_seq, the lowest seq of the author's notes
    activity     (event, minute, session)        -> items            minute is that of `at`, since 1970

`RECOUNT` counts the same from the items. It fills the tables of an older database, and `miscounted` compares with it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from backchannel.domain.model import Item
from backchannel.store.sql.connection import Connection
from backchannel.store.sql.rows import ITEM_FROM, moment

IS_ACTIVE = "item.session IS NOT NULL AND length(item.at) > 10"  # a bare date has 10 characters
COUNTED = "item.session, item.origin, revision.kind, item.author, item.at, item.state, item.seq"

# When an author's first note in a session is changed or goes, the first of the others takes its place.
NEXT_FIRST = """UPDATE note_taker SET first_seq = (
    SELECT min(seq) FROM item WHERE event = ? AND coalesce(session, '') = ? AND author = ?
    AND state = 'visible' AND origin = 'note'
) WHERE event = ? AND session = ? AND author = ? AND first_seq = ?"""

ADD_TALLY = """INSERT INTO tally VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event, session, origin, kind) DO UPDATE SET items = tally.items + excluded.items"""
ADD_ACTIVITY = """INSERT INTO activity VALUES (?, ?, ?, ?)
    ON CONFLICT (event, minute, session) DO UPDATE SET items = activity.items + excluded.items"""
# The new seqs are the highest, so an earlier first_seq stays.
ADD_NOTE_TAKER = """INSERT INTO note_taker VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event, session, author) DO UPDATE SET notes = note_taker.notes + excluded.notes"""

RECOUNT = {  # {minute} is the connection's MINUTE
    "tally": f"""SELECT item.event, coalesce(item.session, ''), item.origin, revision.kind, count(*)
        FROM {ITEM_FROM} WHERE item.state = 'visible' GROUP BY 1, 2, 3, 4""",
    "note_taker": """SELECT event, coalesce(session, ''), author, count(*), min(seq) FROM item
        WHERE state = 'visible' AND origin = 'note' AND author <> '' GROUP BY 1, 2, 3""",
    "activity": f"""SELECT event, {{minute}}, session, count(*) FROM item
        WHERE state = 'visible' AND {IS_ACTIVE} GROUP BY 1, 2, 3""",
}  # fmt: skip


def miscounted(connection: Connection) -> list[str]:
    """Return the names of the tables whose counts differ from the items. Call it inside a transaction while others
    write.
    """
    return [
        table for table, query in RECOUNT.items()
        if set(connection.tuples(f"SELECT * FROM {table}")) != set(connection.tuples(query.format(minute=connection.MINUTE)))
    ]  # fmt: skip


class Counted(NamedTuple):
    """The fields of an item that the counts depend on."""

    event: str
    session: str  # '' is the hallway
    origin: str
    kind: str
    author: str
    minute: int | None  # None for an item without a session or a time
    visible: bool
    seq: int


def counted(item: Item, kind: str) -> Counted:
    """Return what is counted of an item whose stored text is of this kind."""
    minute = minute_of(item.at) if item.session and isinstance(item.at, datetime) else None
    return Counted(
        item.event, item.session or "", item.origin, kind, item.author, minute, item.state == "visible", item.seq
    )  # fmt: skip


def minute_of(at: datetime) -> int:
    """Return the minute of a time, counted from 1970."""
    return math.floor(at.timestamp()) // 60


def stored(connection: Connection, event: str, id: str) -> Counted | None:
    """Return what is counted of an item as it is stored now, or `None` if there is no such item."""
    found = connection.tuples(f"SELECT {COUNTED} FROM {ITEM_FROM} WHERE item.event = ? AND item.id = ?", (event, id))
    if not found:
        return None
    session, origin, kind, author, at, state, seq = found[0]
    when = moment(at) if session else None
    minute = minute_of(when) if when else None
    return Counted(event, session or "", origin, kind, author, minute, state == "visible", seq)


def replace(connection: Connection, before: Counted | None, after: Counted) -> None:
    """Replace an item's part of the counts. Call it once the item itself is stored."""
    if before is not None and before.visible:
        _subtract(connection, before)
    add(connection, [after])


def add(connection: Connection, items: Sequence[Counted]) -> None:
    """Add items that were just stored, in the order of their seqs."""
    visible = [item for item in items if item.visible]
    tallies = Counter((item.event, item.session, item.origin, item.kind) for item in visible)
    connection.run_many(ADD_TALLY, [(*key, n) for key, n in tallies.items()])
    active = Counter((item.event, item.minute, item.session) for item in visible if item.minute is not None)
    connection.run_many(ADD_ACTIVITY, [(*key, n) for key, n in active.items()])
    takers = [item for item in visible if _has_note_taker(item)]
    notes = Counter((item.event, item.session, item.author) for item in takers)
    first = {(item.event, item.session, item.author): item.seq for item in reversed(takers)}
    connection.run_many(ADD_NOTE_TAKER, [(*key, n, first[key]) for key, n in notes.items()])


def _subtract(connection: Connection, item: Counted) -> None:
    _decrement(
        connection, "tally", "items", "event = ? AND session = ? AND origin = ? AND kind = ?",
        item.event, item.session, item.origin, item.kind,
    )  # fmt: skip
    if item.minute is not None:
        where = "event = ? AND minute = ? AND session = ?"
        _decrement(connection, "activity", "items", where, item.event, item.minute, item.session)
    if _has_note_taker(item):
        where = "event = ? AND session = ? AND author = ?"
        _decrement(connection, "note_taker", "notes", where, item.event, item.session, item.author)
        key = (item.event, item.session, item.author)
        connection.run(NEXT_FIRST, (*key, *key, item.seq))


def _decrement(connection: Connection, table: str, count: str, where: str, *key: str | int) -> None:
    connection.run(f"UPDATE {table} SET {count} = {count} - 1 WHERE {where}", key)
    connection.run(f"DELETE FROM {table} WHERE {where} AND {count} = 0", key)


def _has_note_taker(item: Counted) -> bool:
    return item.origin == "note" and bool(item.author)
