"""Moderation by organisers: move, hide, show, undo."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from backchannel.desk import access
from backchannel.desk.placing import BY_HAND
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import Clash
from backchannel.domain.model import Event, Item, Placement, State
from backchannel.domain.wire import Op
from backchannel.passes import Pass
from backchannel.store.base import Change, Reader, Writer

UNDONE = ("move", "hide", "show", "place", "undo", "report")
SITTING = timedelta(minutes=45)  # how far from a post its author is assumed to have been in the same session
MAX_SEATED = 200  # posts that follow their author into a session


def move_item(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Move an item to a session or the hallway. Placements by a person are never changed automatically."""
    access.authorise_writing(writer, actor, actor.event)
    item = access.own_item(writer, actor, op.id)
    session = writer.session(actor.event, op.session) if op.session else None
    guid = session.guid if session else None
    access.require_session(writer, actor, guid)
    if actor.role == "organiser":
        writer.save_moderator(actor.event, actor.author_key, actor.author)
    where = f"into “{session.title}”" if session else "into the hallway"
    placed = Placement(method="person", confidence=1.0, reason=f"moved {where} by {actor.author}")
    item = replace(item, session=guid, placed=placed)
    return writer.save_item(item, channels_of(item), do="move", by=actor.author_key, at=now, new_text=False)


def is_trusted(reader: Reader, event: Event, item: Item) -> bool:
    """Return whether the author of a post is no stranger: enough of their posts are visible."""
    least = event.policy.trusted_after
    return bool(item.author) and reader.visible_posts(event.slug, item.author, least) >= least


def restored_state(history: Sequence[Change]) -> State:
    """Return the state of a withdrawn item that comes back: the one it had, so that nothing hidden returns visibly."""
    return next((change.state for change in reversed(history) if change.state != "withdrawn"), "visible")


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
    writer.save_moderator(actor.event, actor.author_key, actor.author)
    item = writer.item(actor.event, op.id)
    history = writer.history(actor.event, op.id)
    last = last_decision(history, UNDONE)
    if last is None:
        raise Clash("There is nothing to undo for this item.", field="id")
    before = history[last - 1]
    item = replace(item, session=before.session, state=before.state, placed=before.placed)
    return writer.save_item(item, channels_of(item), do="undo", by=actor.author_key, at=now, new_text=False)


def last_decision(history: Sequence[Change], dos: Collection[str]) -> int | None:
    """Return the place of the last change that is one of `dos`. Reports that changed nothing don't count."""
    return next(
        (
            n for n in range(len(history) - 1, 0, -1)
            if history[n].do in dos and (history[n].do != "report" or history[n].state != history[n - 1].state)
        ),
        None,
    )  # fmt: skip


def seat_author(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Place an item and its author in a session.

    The author's other posts around that time follow, unless a person placed them. The placer learns from it for later
    posts.
    """
    access.own_item(writer, actor, op.id)  # somebody else's item is unknown to a note-taker, whatever they want to do
    access.require_organiser(actor)
    item = move_item(writer, actor, op, now)
    if not isinstance(item.at, datetime) or not item.author:
        return item
    reason = f"{actor.author} says that {item.author} was in this session"
    placed = Placement(method="author", confidence=0.95, reason=reason)
    near = (item.at - SITTING, item.at + SITTING)
    posts = writer.posts_of(actor.event, item.author, *near, limit=MAX_SEATED)
    for other in writer.items_by_id(actor.event, posts).values():
        if other.id != item.id and other.session != item.session and not _is_by_hand(other):
            moved = replace(other, session=item.session, placed=placed)
            writer.save_item(moved, channels_of(moved), do="move", by=actor.author_key, at=now, new_text=False)
    return item


def _is_by_hand(item: Item) -> bool:
    return item.placed is not None and item.placed.method in BY_HAND


def _set_state(writer: Writer, actor: Pass, op: Op, now: datetime, state: State) -> Item:
    access.authorise_writing(writer, actor, actor.event)
    access.require_organiser(actor)
    item = writer.item(actor.event, op.id)
    writer.settle_reports(actor.event, item.id)
    writer.save_moderator(actor.event, actor.author_key, actor.author)
    if item.state == "withdrawn":
        raise Clash("Its author withdrew this item. Only they can bring it back.", field="id")
    if item.state == state:
        return item
    item = replace(item, state=state)
    return writer.save_item(item, channels_of(item), do=op.do, by=actor.author_key, at=now, new_text=False)
