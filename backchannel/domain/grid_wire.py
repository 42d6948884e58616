"""The validator of programme edits and pitches: raw JSON or form fields in, values or `Invalid` out (docs/protocol.md).

    {"op": "0192…", "do": "place", "base": 12, "session": "a guid", "room": "a guid", "slot": "a guid"}   ->   Edit(...)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any, cast

from .errors import Invalid
from .grid_edits import GRID_DOS, Edit, GridDo
from .ids import is_uuid
from .model import NAME_LIMIT, ROOM_WISHES, TITLE_LIMIT, Pitch, RoomWish
from .times import parse_when, write_when
from .wire import one_line, title_text

MAX_SEATS = 100_000
MAX_LEADERS = 20
GUID_LENGTH = 200  # schedules bring guids of their own, which need not be UUIDs
NEW = {"add_room": "room", "add_slot": "slot", "add_session": "session", "split": "other"}  # parts that an edit makes
TITLED = ("add_room", "change_room", "add_session", "change_session", "split")


def read_edit(raw: object, zone: tzinfo | None = None) -> Edit:
    """Return one edit. Times without an offset are read in `zone`. Raises `Invalid` with the field.

    The id of a new room, slot or session is the op's, unless the edit gives one.
    """
    if not isinstance(raw, Mapping):
        raise Invalid("Send an edit as a JSON object.")
    do, op = _do(raw), _op(raw, "op")
    ids = {name: _guid(raw, name) for name in ("room", "slot", "session", "other", "edit")}
    if do in NEW:
        ids[NEW[do]] = ids[NEW[do]] or op
    return Edit(
        op=op,
        do=do,
        base=_whole(raw, "base", 1 << 53),
        **ids,
        title=title_text(raw.get("title"), "name" if "room" in do else "title") if do in TITLED else "",
        leaders=leader_names(raw.get("leaders")),
        seats=_whole(raw, "seats", MAX_SEATS),
        starts=_moment(raw, "starts", zone),
        ends=_moment(raw, "ends", zone),
        since=_moment(raw, "since", zone),
        by=-1 if raw.get("by") in (-1, "-1") else 1,
    )


def read_pitch(raw: Mapping[str, Any]) -> Pitch:
    """Return a proposed session. Raises `Invalid` with the field."""
    wish = raw.get("wish") or ""
    if wish not in ROOM_WISHES:
        raise Invalid("`wish` must be small, medium or large, or be left out.", field="wish")
    leaders = leader_names(raw.get("leader"))
    return Pitch(
        guid=_op(raw, "pitch"), title=title_text(raw.get("title")), leader=", ".join(leaders)[:TITLE_LIMIT],
        wish=cast(RoomWish, wish),
    )  # fmt: skip


def fingerprint(edit: Edit) -> str:
    """Return a hash that is equal when the same edit is sent again, whatever it was based on."""
    body = {**asdict(edit), "base": None, "starts": write_when(edit.starts), "ends": write_when(edit.ends)}
    return hashlib.sha256(json.dumps(body | {"since": write_when(edit.since)}).encode()).hexdigest()[:32]


def leader_names(raw: object) -> tuple[str, ...]:
    """Return names from a list, or from text that separates them by commas. Raises `Invalid`."""
    given = raw.split(",") if isinstance(raw, str) else raw or []
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise Invalid("Give the leaders as a list of names.", field="leaders")
    names = tuple(dict.fromkeys(name for name in map(one_line, given) if name))
    if len(names) > MAX_LEADERS:
        raise Invalid(f"A session can have at most {MAX_LEADERS} leaders.", field="leaders")
    for name in names:
        if len(name) > NAME_LIMIT:
            raise Invalid(f"The name “{name[:20]}…” has {len(name)} characters. Shorten it to {NAME_LIMIT}.", field="leaders")
    return names


def _do(raw: Mapping[str, Any]) -> GridDo:
    do = raw.get("do")
    if do not in GRID_DOS:
        raise Invalid(f"`do` must be one of {', '.join(GRID_DOS)}.", field="do")
    return cast(GridDo, do)


def _op(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field)
    if isinstance(value, str) and is_uuid(value.lower()):
        return value.lower()
    raise Invalid(f"`{field}` must be a UUID, created once and kept.", field=field)


def _guid(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field) or ""
    if not isinstance(value, str) or len(value) > GUID_LENGTH:
        raise Invalid(f"`{field}` must be a guid.", field=field)
    return one_line(value)


def _whole(raw: Mapping[str, Any], field: str, most: int) -> int | None:
    """Return a whole number, which forms send as text."""
    value = raw.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Invalid(f"`{field}` must be a whole number from 0 to {most}.", field=field)
    return value


def _moment(raw: Mapping[str, Any], field: str, zone: tzinfo | None) -> datetime | None:
    value = raw.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= 40:
        try:
            when = parse_when(value, zone)
        except Invalid as fault:
            raise Invalid(fault.message, field=field) from None
        if isinstance(when, datetime):
            return when.replace(second=0, microsecond=0)
    raise Invalid(f"`{field}` must be a time like 2026-06-13T10:05:00+01:00.", field=field)
