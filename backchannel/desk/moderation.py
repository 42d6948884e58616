"""Moderation by organisers: move, hide, show, undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from backchannel.desk import access
from backchannel.desk.placing import BY_HAND
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import Clash
from backchannel.domain.model import Item, Placement, State
from backchannel.domain.wire import Op
from backchannel.passes import Pass
from backchannel.store.base import Writer

UNDONE = ("move", "hide", "show", "place", "undo")
SITTING = timedelta(minutes=45)  # how far from a post its author is assumed to have been in the same session


def move_item(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Move an item to a session or the hallway. Placements by a person are never changed automatically."""
    access.authorise_writing(writer, actor, actor.event)
    item = access.own_item(writer, actor, op.id)
    session = writer.session(actor.event, op.session) if op.session else None
    guid = session.guid if session else None
    access.require_session(actor, guid)
    where = f"into “{session.title}”" if session else "into the hallway"
    placed = Placement(method="person", confidence=1.0, reason=f"moved {where} by {actor.author}")
    item = replace(item, session=guid, placed=placed)
    return writer.save_item(item, channels_of(item), do="move", by=actor.author_key, at=now, new_text=False)


def hide_item(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Hide an item from everybody but organisers."""
    return _set_state(writer, actor, op, now, "hidden")


def show_item(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Make a held or hidden item visible."""
    return _set_state(writer, actor, op, now, "visible")


def undo_change(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Undo the last move, hide or show of an item: restore its session, state and reason. Undo again to redo."""
    access.authorise_writing(writer, actor, actor.event)
    access.require_organiser(actor)
    item = writer.item(actor.event, op.id)
    history = writer.history(actor.event, op.id)
    last = next((n for n in range(len(history) - 1, 0, -1) if history[n].do in UNDONE), None)
    if last is None:
        raise Clash("There is nothing to undo for this item.", field="id")
    before = history[last - 1]
    item = replace(item, session=before.session, state=before.state, placed=before.placed)
    return writer.save_item(item, channels_of(item), do="undo", by=actor.author_key, at=now, new_text=False)


def seat_author(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Place an item and its author in a session.

    The author's other posts around that time follow, unless a person placed them. The placer learns from it for later
    posts.
    """
    access.require_organiser(actor)
    item = move_item(writer, actor, op, now)
    if item.at is None or not item.author:
        return item
    reason = f"{actor.author} says that {item.author} was in this session"
    placed = Placement(method="author", confidence=0.95, reason=reason)
    for other in writer.items(actor.event, states=("visible", "held")):
        if other.id != item.id and other.session != item.session and _seated_beside(other, item):
            moved = replace(other, session=item.session, placed=placed)
            writer.save_item(moved, channels_of(moved), do="move", by=actor.author_key, at=now, new_text=False)
    return item


def _seated_beside(other: Item, item: Item) -> bool:
    by_hand = other.placed is not None and other.placed.method in BY_HAND
    if other.origin != "post" or other.author != item.author or by_hand:
        return False
    return isinstance(other.at, datetime) and isinstance(item.at, datetime) and abs(other.at - item.at) < SITTING


def _set_state(writer: Writer, actor: Pass, op: Op, now: datetime, state: State) -> Item:
    access.authorise_writing(writer, actor, actor.event)
    access.require_organiser(actor)
    item = writer.item(actor.event, op.id)
    if item.state == "withdrawn":
        raise Clash("Its author withdrew this item. Only they can bring it back.", field="id")
    if item.state == state:
        return item
    item = replace(item, state=state)
    return writer.save_item(item, channels_of(item), do=op.do, by=actor.author_key, at=now, new_text=False)
