"""Placement of posts: one placer an event, and repeated placement on demand or after a changed grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backchannel.desk.desk import Desk
from backchannel.desk.placer_state import PlacerState
from backchannel.domain.channels import channels_of
from backchannel.domain.grid import Programme, length_of
from backchannel.domain.grid_changes import Change
from backchannel.domain.model import Event, Item
from backchannel.domain.placing import Placed, Placer, Unplaced
from backchannel.store.base import Reader, Writer

BY_HAND = ("person", "explicit")  # methods that only a person may override
BY_CLOCK = ("time", "room")
LAG = timedelta(hours=1)  # how far from a session the clock alone may place a post in it


def placer_state(desk: Desk, writer: Writer, event: Event) -> PlacerState:
    """Return the event's placer, up to date with the timeline."""
    known = desk.placers.get(event.uid)
    if known is None:
        placer = Placer(event, writer.sessions(event.slug), writer.rooms(event.slug))
        known = desk.placers[event.uid] = PlacerState(placer)
    known.catch_up(writer, event.slug)
    return known


def forget(desk: Desk, event: Event) -> None:
    """Discard the placer, because the programme changed or because it learnt something that was not saved."""
    desk.placers.pop(event.uid, None)


@dataclass(frozen=True, slots=True)
class Move:
    """A post and the placement it would get now."""

    item: Item
    to: Placed


def _no_progress(_done: int) -> None:
    """Show nothing."""


def place_again(
    desk: Desk, slug: str, *, dry_run: bool = False, progress: Callable[[int], None] = _no_progress
) -> list[Move]:
    """Place all posts again that no person placed, in the order they arrived. Return what moved. One transaction."""
    if dry_run:
        return _moves(desk.read(), slug, progress)

    def job(writer: Writer) -> list[Move]:
        moves = _moves(writer, slug, progress)
        for move in moves:
            _move(writer, move, desk.clock())
        forget(desk, writer.event(slug))
        return moves

    return desk.write(slug, job)


def follow_the_grid(desk: Desk, writer: Writer, slug: str) -> None:
    """Place posts again that were placed by the clock or the room alone. Other posts stay with their session."""
    if any(_by_clock(item) for item in writer.items(slug)):
        for move in _moves(writer, slug, _no_progress):
            if _by_clock(move.item):
                _move(writer, move, desk.clock())
    forget(desk, writer.event(slug))


def follow_changes(
    desk: Desk, writer: Writer, slug: str, old: Programme, new: Programme, changes: Iterable[Change]
) -> None:
    """Place posts again after edits of the grid, if any post of the affected time was placed by the clock."""
    changed = [change.guid for change in changes if change.kind == "session"]
    if not changed and all(change.kind != "room" for change in changes):
        return
    found = [programme.sessions.get(guid) for programme in (old, new) for guid in changed]
    times = [(one.starts, one.starts + length_of(one)) for one in found if one and one.starts]
    if times and writer.has_posts_by_clock(slug, min(times)[0] - LAG, max(ends for _, ends in times) + LAG):
        follow_the_grid(desk, writer, slug)
    else:
        forget(desk, writer.event(slug))


def _by_clock(item: Item) -> bool:
    return item.origin == "post" and item.placed is not None and item.placed.method in BY_CLOCK


def _moves(reader: Reader, slug: str, progress: Callable[[int], None]) -> list[Move]:
    placer = Placer(reader.event(slug), reader.sessions(slug), reader.rooms(slug))
    items = reader.items(slug, states=("visible", "held"))
    moves = []
    for item in sorted(items, key=lambda item: (item.received_at is not None, item.received_at, item.seq)):
        progress(1)
        if item.origin != "post" or (item.placed and item.placed.method in BY_HAND):
            placer.learn_item(item)
            continue
        post = Unplaced.of_item(item)
        placed = placer.place(post)
        placer.learn_placed(post, placed)
        if placed.session != item.session:
            moves.append(Move(item, placed))
    return moves


def _move(writer: Writer, move: Move, now: datetime) -> None:
    item = replace(move.item, session=move.to.session, placed=move.to.placement)
    writer.save_item(item, channels_of(item), do="place", by="machine", at=now, new_text=False)
