"""What the desk knows for placing: one placer an event, kept up with the timeline, whoever wrote on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from backchannel.desk.desk import Desk
from backchannel.domain.channels import STAFF, channels_of
from backchannel.domain.model import Event, Item, Placement
from backchannel.domain.placing import Placed, Placer, Unplaced
from backchannel.store.base import Reader, Writer

PAGE = 1000  # items read at a time
BY_HAND = ("person", "explicit")  # what a person said no machine undoes
BY_CLOCK = ("time", "room")


@dataclass(slots=True)
class Known:
    """A placer, and up to where it knows the timeline. Used inside write jobs, which run one after the other."""

    placer: Placer
    seq: int = 0
    stood: dict[str, Placed] = field(default_factory=dict)  # id of a post -> where it stood when it was learnt

    def catch_up(self, reader: Reader, event: str) -> None:
        """Learn what was written since, by anybody: notes, posts, and what people moved."""
        more = True
        while more:
            page = reader.changes(event, STAFF, self.seq, PAGE)
            for item in page.items:
                if isinstance(item, Item):
                    self._learn(item)
            self.seq, more = page.seq, page.more

    def _learn(self, item: Item) -> None:
        was = self.stood.get(item.id)
        if item.origin == "post":
            self.stood[item.id] = _as_placed(item)
            if was is not None:
                if was.session != item.session:
                    self.placer.learn_moved(Unplaced.of_item(item), item.session, was)
                return
        self.placer.learn_item(item)

    def keep(self, post: Unplaced, placed: Placed, item: Item) -> None:
        """A post was kept where the placer put it."""
        self.placer.learn_placed(post, placed)
        self.stood[item.id] = placed
        self.seq = item.seq


def _as_placed(item: Item) -> Placed:
    return Placed(session=item.session, placement=item.placed or Placement(method="explicit", confidence=1.0, reason=""))


def known_of(desk: Desk, writer: Writer, event: Event) -> Known:
    """The event's placer, with all that came before known to it."""
    known = desk.known.get(event.uid)
    if known is None:
        placer = Placer(event, writer.sessions(event.slug), writer.rooms(event.slug))
        known = desk.known[event.uid] = Known(placer)
    known.catch_up(writer, event.slug)
    return known


def forget(desk: Desk, event: Event) -> None:
    """Begin anew at the next post: the programme changed, or what was learnt was not kept."""
    desk.known.pop(event.uid, None)


@dataclass(frozen=True, slots=True)
class Move:
    """A post that would stand elsewhere."""

    item: Item
    to: Placed


def place_again(
    desk: Desk, slug: str, *, dry_run: bool = False, progress: Callable[[int], None] = lambda n: None
) -> list[Move]:
    """Place again, in the order they came, all posts that no person touched; tell what moved. One transaction."""
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
    """After the grid changed: what only the clock or the room placed is placed again; all else goes with its session."""
    if any(_by_clock(item) for item in writer.items(slug)):
        for move in _moves(writer, slug, lambda n: None):
            if _by_clock(move.item):
                _move(writer, move, desk.clock())
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
    writer.keep_item(item, channels_of(item), do="place", by="machine", at=now, new_text=False)
