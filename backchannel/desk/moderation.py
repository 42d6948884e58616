"""What organisers put right: which session an item belongs to, and whether it is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from backchannel.desk import access
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import Clash
from backchannel.domain.model import Item, Placement, State
from backchannel.domain.wire import Op
from backchannel.passes import Pass
from backchannel.store.base import Writer


def move_item(writer: Writer, shown: Pass, op: Op, now: datetime) -> Item:
    """Put an item into a session, or the hallway, by hand. What a person moved no machine moves back."""
    access.writer_of(writer, shown, shown.event)
    item = access.own(writer, shown, op.id)
    session = writer.session(shown.event, op.session) if op.session else None
    guid = session.guid if session else None
    access.reach(shown, guid)
    where = f"into “{session.title}”" if session else "into the hallway"
    placed = Placement(method="person", confidence=1.0, reason=f"moved {where} by {shown.author}")
    item = replace(item, session=guid, placed=placed)
    return writer.keep_item(item, channels_of(item), do="move", by=shown.author_key, at=now, new_text=False)


def hide_item(writer: Writer, shown: Pass, op: Op, now: datetime) -> Item:
    return _set_state(writer, shown, op, now, "hidden")


def show_item(writer: Writer, shown: Pass, op: Op, now: datetime) -> Item:
    """Let a held or hidden item be seen."""
    return _set_state(writer, shown, op, now, "visible")


def _set_state(writer: Writer, shown: Pass, op: Op, now: datetime, state: State) -> Item:
    access.writer_of(writer, shown, shown.event)
    access.organiser(shown)
    item = writer.item(shown.event, op.id)
    if item.state == "withdrawn":
        raise Clash("Its author withdrew this; only she can bring it back.", field="id")
    if item.state == state:
        return item
    item = replace(item, state=state)
    return writer.keep_item(item, channels_of(item), do=op.do, by=shown.author_key, at=now, new_text=False)
