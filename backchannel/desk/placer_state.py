"""The state of an event's placer, kept up to date with the programme and the timeline whoever wrote to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from backchannel.domain.channels import STAFF
from backchannel.domain.model import Event, Item, Placement, Room, Session
from backchannel.domain.placing import Placed, Placer, Unplaced
from backchannel.store.base import Reader

PAGE = 200  # items learnt at a time

Programme = tuple[Event, tuple[Session, ...], tuple[Room, ...]]


@dataclass(slots=True)
class PlacerState:
    """A placer and the seq up to which it has learnt. Used inside write jobs, which run one after the other."""

    _placer: Placer | None = None
    seq: int = 0
    placements: dict[str, Placed] = field(default_factory=dict)  # id of a post -> its placement when the placer learnt it
    _version: int = -1  # of the event
    _programme: tuple[object, ...] = ()

    @property
    def placer(self) -> Placer:
        """Return the placer. Call `follow_programme` before."""
        assert self._placer is not None
        return self._placer

    def follow_programme(self, reader: Reader, event: Event) -> None:
        """Take over the programme if it has changed. What was learnt stays."""
        if self._version == event.version:
            return
        sessions, rooms = reader.sessions(event.slug), reader.rooms(event.slug)
        programme = (event.hashtags, event.timezone, event.starts, sessions, rooms)
        if self._placer is None:
            self._placer = Placer(event, sessions, rooms)
        elif programme != self._programme:
            self._placer.follow(event, sessions, rooms)
        self._version, self._programme = event.version, programme

    def learn_page(self, reader: Reader, event: str) -> bool:
        """Learn the next notes, posts and moves of the timeline. Return whether there are more."""
        page = reader.changes(event, STAFF, self.seq, PAGE)
        for item in page.items:
            if isinstance(item, Item):
                self._learn(item)
        self.seq = page.seq
        return page.more

    def _learn(self, item: Item) -> None:
        was = self.placements.get(item.id)
        if item.origin == "post":
            self.placements[item.id] = _as_placed(item)
            if was is not None:
                if was.session != item.session:
                    self.placer.learn_moved(Unplaced.of_item(item), item.session, was, item.placed)
                return
        self.placer.learn_item(item)

    def place_again(self, item: Item) -> Placed:
        """Return where a post would be placed if it came now. It is forgotten until `keep`."""
        post = Unplaced.of_item(item)
        self.placer.unlearn(post, self.placements.get(item.id) or _as_placed(item))
        return self.placer.place(post)

    def keep(self, post: Unplaced, placed: Placed, item: Item) -> None:
        """Record that a post was saved where the placer put it."""
        self.placer.learn_placed(post, placed)
        self.placements[item.id] = placed
        self.seq = max(self.seq, item.seq)


def _as_placed(item: Item) -> Placed:
    return Placed(session=item.session, placement=item.placed or Placement(method="explicit", confidence=1.0, reason=""))
