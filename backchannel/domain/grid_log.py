"""The log of programme edits: which later edit an edit conflicts with, and whether it can be undone.

Every edit raises the programme's number by one, which is the edit's `rev`. An edit made on an older number goes through
if nothing that it touches was changed since by somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from .errors import Clash, GridConflict
from .grid import Programme
from .grid_changes import Change, is_current, revert


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsMoved:
    """The items that a merge or a split moved from one session to another."""

    ids: tuple[str, ...]
    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEdit:
    """An edit as it was carried out. `by` is an author key and never published; `said` lacks its subject, `author`.

    `keys` are what it touched (domain/grid_changes.py).
    """

    rev: int = 0
    op: str
    do: str
    by: str
    author: str
    at: datetime
    said: str
    changes: tuple[Change, ...] = ()
    keys: frozenset[str] = frozenset()
    moved: ItemsMoved | None = None
    undone: bool = False

    @property
    def undoable(self) -> bool:
        """Return whether it can be undone at all. An import is undone by importing the earlier schedule again."""
        return bool(self.changes) and not self.undone and self.do != "import"


def refuse_conflict(since: Iterable[LoggedEdit], touched: Collection[str], own: str | None) -> None:
    """Raise `GridConflict` if an edit in `since` touched the same. A person's own edits (`own`) don't count."""
    for edit in since:
        if edit.by != own and not edit.keys.isdisjoint(touched):
            raise GridConflict(edit.author, edit.said)


def without(programme: Programme, edit: LoggedEdit, later: Iterable[LoggedEdit]) -> Programme:
    """Return the programme without an edit. Raises `Clash` if it can't be undone any more; `later` says why."""
    if edit.undone:
        raise Clash("This was undone already.", field="edit")
    if not edit.undoable:
        raise Clash("This can't be undone here.", field="edit")
    if not all(is_current(programme, change) for change in edit.changes):
        raise Clash(_reason(edit, later), field="edit")
    undone = revert(programme, edit.changes)
    if not is_sound(undone, programme):
        raise Clash(_reason(edit, later), field="edit")
    return undone


def is_sound(new: Programme, old: Programme) -> bool:
    """Return whether an undo left nothing hanging: every session has its room and its slot, and names are unique."""
    names = [room.name for room in new.rooms.values()]
    starts = [slot.starts for slot in new.slots.values()]
    return len({*names}) == len(names) and len({*starts}) == len(starts) and _loose(new) <= _loose(old)


def _loose(programme: Programme) -> set[str]:
    """Return the guids of sessions whose room or slot does not exist."""
    names, rows = {room.name for room in programme.rooms.values()}, programme.placed()
    return {
        one.guid
        for one in programme.planned
        if (one.room and one.room not in names) or (one.starts and one.guid not in rows)
    }


def _reason(edit: LoggedEdit, later: Iterable[LoggedEdit]) -> str:
    for other in later:
        if not other.undone and not other.keys.isdisjoint(edit.keys):
            return f"This can't be undone: {other.author} {other.said} since. Undo that first."
    return "This can't be undone: something on the grid depends on it by now."
