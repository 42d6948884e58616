"""Changes of the programme, part by part: what an edit changed, how it is undone, and what two edits have in common.

An edit's changes are the difference between two programmes. Only changed fields are kept, as JSON values:

    Change(kind="session", guid="g1", before={"room": "Hall"}, after={"room": "Loft"})
    Change(kind="room", guid="g2", before=None, after={"name": "Loft", "seats": 20, "position": 1})

To undo them, each field gets its earlier value, provided that nothing else changed it since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from .grid import PLURALS, Part, Programme
from .model import Pitch, Room, Session, Slot
from .times import parse_when, write_when

Kind = Literal["room", "slot", "session", "pitch"]
Fields = Mapping[str, Any]

TYPES: dict[Kind, type[Part]] = {"room": Room, "slot": Slot, "session": Session, "pitch": Pitch}
# The fields that edits change. The rest of a session (its notes' headings, whether it shows names) is changed elsewhere.
FIELDS: dict[Kind, tuple[str, ...]] = {
    "room": ("name", "seats", "position"),
    "slot": ("starts", "ends"),
    "session": (
        "slug", "number", "title", "abstract", "room", "starts", "ends", "leaders", "hashtags", "url", "cancelled", "merged_into",
    ),
    "pitch": ("state",),
}  # fmt: skip
WORDING = {"title", "leaders"}  # may be changed while somebody else moves the session


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed part. `before` is None if it is new, `after` if it was removed."""

    kind: Kind
    guid: str
    before: Fields | None
    after: Fields | None


def differences(old: Programme, new: Programme) -> tuple[Change, ...]:
    """Return the changes that lead from one programme to the other."""
    return tuple(change for kind in TYPES for change in _differences(kind, parts(old, kind), parts(new, kind)))


def _differences(kind: Kind, old: Mapping[str, Part], new: Mapping[str, Part]) -> Iterator[Change]:
    for guid in (guid for guid in dict.fromkeys((*old, *new)) if old.get(guid) is not new.get(guid)):
        was = _fields(kind, old[guid]) if guid in old else None
        now = _fields(kind, new[guid]) if guid in new else None
        if was is None or now is None:
            yield Change(kind=kind, guid=guid, before=was, after=now)
        elif was != now:
            changed = [name for name in FIELDS[kind] if was[name] != now[name]]
            yield Change(
                kind=kind, guid=guid, before={n: was[n] for n in changed}, after={n: now[n] for n in changed}
            )  # fmt: skip


def is_current(programme: Programme, change: Change) -> bool:
    """Return whether the part is still as the change left it."""
    part = parts(programme, change.kind).get(change.guid)
    if part is None or change.after is None:
        return part is None and change.after is None
    now = _fields(change.kind, part)
    return all(now[name] == value for name, value in change.after.items())


def revert(programme: Programme, changes: Iterable[Change]) -> Programme:
    """Return the programme without these changes, all of which must be current."""
    for change in changes:
        part = parts(programme, change.kind).get(change.guid)
        if change.before is None and part is not None:
            programme = programme.drop(part)
        elif change.before is not None:
            programme = programme.put(_restored(change, part))
    return programme


def _restored(change: Change, part: Part | None) -> Part:
    assert change.before is not None
    values = {name: _from_json(name, value) for name, value in change.before.items()}
    if part is not None:
        return replace(part, **values)
    return TYPES[change.kind](guid=change.guid, **values)


def keys(changes: Iterable[Change]) -> frozenset[str]:
    """Return what changes touch. Two edits that share a key are about the same thing.

    session/g1             its place, or whether it takes place
    session/g1/wording     its title and leaders
    cell/Hall/2026-...     the cell that a session was put into
    """
    return frozenset(key for change in changes for key in _keys(change))


def _keys(change: Change) -> Iterator[str]:
    if change.kind != "session":
        yield f"{change.kind}/{change.guid}"
        return
    names = set(change.before or FIELDS["session"]) | set(change.after or FIELDS["session"])
    if names & WORDING:
        yield f"session/{change.guid}/wording"
    if names - WORDING:
        yield f"session/{change.guid}"


def cells(programme: Programme, changes: Iterable[Change]) -> frozenset[str]:
    """Return the keys of the cells into which these changes put a session."""
    moved = [programme.sessions.get(c.guid) for c in changes if c.kind == "session" and {"room", "starts"} & set(c.after or ())]
    return frozenset(f"cell/{one.room}/{write_when(one.starts)}" for one in moved if one and one.room and one.starts)


def parts(programme: Programme, kind: Kind) -> Mapping[str, Part]:
    """Return the parts of one kind, by guid."""
    found: Mapping[str, Part] = getattr(programme, PLURALS[TYPES[kind]])
    return found


def _fields(kind: Kind, part: Part) -> dict[str, Any]:
    return {name: to_json(getattr(part, name)) for name in FIELDS[kind]}


def to_json(value: Any) -> Any:
    """Return a field's value as JSON keeps it."""
    if isinstance(value, datetime):
        return write_when(value)
    return list(value) if isinstance(value, tuple) else value


def _from_json(name: str, value: Any) -> Any:
    if name in ("starts", "ends"):
        return parse_when(value)
    return tuple(value) if isinstance(value, list) else value
