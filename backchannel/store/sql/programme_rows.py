"""Conversions between rows and the parts of the programme: slots, rooms, pitches, and the log of edits."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from backchannel.domain.grid_changes import Change
from backchannel.domain.grid_log import ItemsMoved, LoggedEdit
from backchannel.domain.model import Pitch, Room, Slot, WatchedSchedule
from backchannel.domain.times import write_when
from backchannel.store.sql.connection import Row
from backchannel.store.sql.rows import dumps, moment


def room_row(event: str, room: Room) -> dict[str, Any]:
    return {"event": event, "name": room.name, "guid": room.guid, "position": room.position, "seats": room.seats}


def slot(row: Row) -> Slot:
    return Slot(
        guid=row["guid"], starts=datetime.fromisoformat(row["starts"]), ends=datetime.fromisoformat(row["ends"])
    )


def slot_row(event: str, slot: Slot) -> dict[str, Any]:
    return {"event": event, "guid": slot.guid, "starts": write_when(slot.starts), "ends": write_when(slot.ends)}


def pitch(row: Row) -> Pitch:
    return Pitch(
        guid=row["guid"], title=row["title"], leader=row["leader"], wish=row["wish"], by=row["by"], at=moment(row["at"]),
        state=row["state"], votes=row["votes"],
    )  # fmt: skip


def pitch_row(event: str, pitch: Pitch) -> dict[str, Any]:
    return {
        "event": event, "guid": pitch.guid, "title": pitch.title, "leader": pitch.leader, "wish": pitch.wish,
        "by": pitch.by, "at": write_when(pitch.at), "state": pitch.state,
    }  # fmt: skip


def edit(row: Row) -> LoggedEdit:
    moved = json.loads(row["moved"]) if row["moved"] else None
    return LoggedEdit(
        rev=row["rev"], op=row["op"], do=row["do"], by=row["by"], author=row["author"],
        at=datetime.fromisoformat(row["at"]), said=row["said"],
        changes=tuple(Change(**change) for change in json.loads(row["changes"])), keys=frozenset(json.loads(row["keys"])),
        moved=ItemsMoved(ids=tuple(moved["ids"]), source=moved["source"], target=moved["target"]) if moved else None,
        undone=bool(row["undone"]),
    )  # fmt: skip


def edit_row(event: str, edit: LoggedEdit) -> dict[str, Any]:
    return {
        "event": event, "rev": edit.rev, "op": edit.op, "do": edit.do, "by": edit.by, "author": edit.author,
        "at": write_when(edit.at), "said": edit.said, "changes": dumps([asdict(change) for change in edit.changes]),
        "keys": dumps(sorted(edit.keys)), "moved": dumps(asdict(edit.moved)) if edit.moved else None,
        "undone": int(edit.undone),
    }  # fmt: skip


def watched_schedule(row: Row) -> WatchedSchedule:
    return WatchedSchedule(
        event=row["event"], url=row["url"], etag=row["etag"], modified=row["modified"], looked_at=moment(row["looked_at"]),
        due_at=moment(row["due_at"]), failures=row["failures"], health=row["health"],
    )  # fmt: skip


def watched_schedule_row(watched: WatchedSchedule) -> dict[str, Any]:
    return asdict(watched) | {"looked_at": write_when(watched.looked_at), "due_at": write_when(watched.due_at)}
