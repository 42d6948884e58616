"""The state of an event's placer, kept up to date with the timeline whoever wrote to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from backchannel.domain.channels import STAFF
from backchannel.domain.model import Item, Placement
from backchannel.domain.placing import Placed, Placer, Unplaced
from backchannel.store.base import Reader

PAGE = 1000  # items read at a time


@dataclass(slots=True)
class PlacerState:
    """A placer and the seq up to which it has learnt. Used inside write jobs, which run one after the other."""

    placer: Placer
    seq: int = 0
    placements: dict[str, Placed] = field(default_factory=dict)  # id of a post -> its placement when the placer learnt it

    def catch_up(self, reader: Reader, event: str) -> None:
        """Learn what was written since the last call: notes, posts and moves."""
        more = True
        while more:
            page = reader.changes(event, STAFF, self.seq, PAGE)
            for item in page.items:
                if isinstance(item, Item):
                    self._learn(item)
            self.seq, more = page.seq, page.more

    def _learn(self, item: Item) -> None:
        was = self.placements.get(item.id)
        if item.origin == "post":
            self.placements[item.id] = _as_placed(item)
            if was is not None:
                if was.session != item.session:
                    self.placer.learn_moved(Unplaced.of_item(item), item.session, was)
                return
        self.placer.learn_item(item)

    def keep(self, post: Unplaced, placed: Placed, item: Item) -> None:
        """Record that a post was saved where the placer put it."""
        self.placer.learn_placed(post, placed)
        self.placements[item.id] = placed
        self.seq = item.seq


def _as_placed(item: Item) -> Placed:
    return Placed(session=item.session, placement=item.placed or Placement(method="explicit", confidence=1.0, reason=""))
