"""Notes and afterthoughts: create, correct, retract, react."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from backchannel.desk import access
from backchannel.desk.blocks import save_moderated
from backchannel.desk.moderation import restored_state
from backchannel.domain.channels import channels_of, reading_time
from backchannel.domain.errors import Conflict, SlowDown, UnknownItem
from backchannel.domain.markup import read
from backchannel.domain.model import Event, Item, Kind, Placement
from backchannel.domain.moderation import decide, wait_s
from backchannel.domain.wire import Op
from backchannel.passes import Pass
from backchannel.store.base import Writer
from backchannel.writeup.render import render

WRITTEN_HERE = Placement(method="explicit", confidence=1.0, reason="written in this session")
HALLWAY = Placement(method="hallway", confidence=1.0, reason="written outside any session")


def put_note(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Create a note, or correct the one with that id. Raises `Conflict` for an old revision and keeps both texts."""
    event = access.authorise_writing(writer, actor, actor.event)
    try:
        item = writer.item(actor.event, op.id)
    except UnknownItem:
        return take_note(writer, event, actor, op, now)
    return correct_note(writer, access.own_item(writer, actor, item.id), actor, op, now)


def take_note(writer: Writer, event: Event, actor: Pass, op: Op, now: datetime) -> Item:
    """Create a note or an afterthought."""
    session = writer.session(event.slug, op.session).guid if op.session else None
    access.require_session(writer, actor, session)
    kind, speaker, html = wording(op.text)
    item = Item(
        id=op.id,
        event=event.slug,
        origin=op.origin,
        text=op.text,
        kind=kind,
        depth=op.depth,
        speaker=speaker,
        html=html,
        author=actor.author,
        author_key=actor.author_key,
        session=session,
        at=reading_time(event, op.written_at, op.sent_at, now),
        written_at=op.written_at,
        received_at=now,
        placed=WRITTEN_HERE if session else HALLWAY,
    )
    _require_pace(writer, event, actor, now)
    return _save(writer, actor, item, now)


def correct_note(writer: Writer, item: Item, actor: Pass, op: Op, now: datetime) -> Item:
    """Return the corrected item. Correcting a withdrawn item brings it back; a hidden one stays hidden."""
    if op.base_rev is not None and op.base_rev != item.rev:
        writer.save_conflicting_text(item, op.text, by=actor.author_key, at=now)
        raise Conflict(item.rev, item.text)
    if item.state == "withdrawn":
        item = replace(item, state=restored_state(writer.history(item.event, item.id)))
    return _save(writer, actor, worded(item, op.text, op.depth), now)


def _save(writer: Writer, actor: Pass, item: Item, now: datetime) -> Item:
    """Save a note's new text, unless a block withholds it. An organiser's own notes are never blocked."""
    blocks = () if actor.role == "organiser" else writer.blocks(item.event)
    verdict = decide(item, "none", trusted=True, blocks=blocks)
    return save_moderated(writer, item, verdict, by=actor.author_key, now=now)


def _require_pace(writer: Writer, event: Event, actor: Pass, now: datetime) -> None:
    """Raise `SlowDown` if slow mode is on and the author's last note is too recent. Organisers are exempt."""
    if not event.policy.slow_s or actor.role == "organiser":
        return
    wait = wait_s(event.policy, writer.last_note(event.slug, actor.author_key), now)
    if wait > 0:
        raise SlowDown(
            f"Slow mode is on: one note every {event.policy.slow_s} s. The note stays on your phone and is sent later.",
            retry_after=math.ceil(wait),
        )
    writer.save_last_note(event.slug, actor.author_key, now)


def retract_note(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Withdraw an item: tombstones replace it on every channel, and no output has it any more."""
    access.authorise_writing(writer, actor, actor.event)
    item = access.own_item(writer, actor, op.id)
    if item.state == "withdrawn":
        return item
    item = replace(item, state="withdrawn")
    return writer.save_item(item, channels_of(item), do="retract", by=actor.author_key, at=now, new_text=False)


def react_to(writer: Writer, actor: Pass, op: Op, now: datetime) -> Item:
    """Add or remove the actor's reaction."""
    access.authorise_writing(writer, actor, actor.event)
    item = writer.item(actor.event, op.id)
    if item.state != "visible":
        raise UnknownItem(op.id)
    item = replace(item, reactions=writer.react(item.event, item.id, actor.author_key, op.reaction, op.on))
    return writer.save_item(item, channels_of(item), do="react", by=actor.author_key, at=now, new_text=False)


class Wording(NamedTuple):
    """What is parsed from a text."""

    kind: Kind
    speaker: str | None
    html: str


@lru_cache(maxsize=1024)
def wording(text: str) -> Wording:
    """Parse and render a text. It is remembered for a while, so that this can be done before the transaction."""
    reading = read(text)
    return Wording(reading.kind, reading.speaker, render(reading.body))


def worded(item: Item, text: str, depth: int) -> Item:
    """Return the item with this text and everything parsed from it."""
    kind, speaker, html = wording(text)
    return replace(item, text=text, depth=depth, kind=kind, speaker=speaker, html=html)
