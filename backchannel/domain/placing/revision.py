"""When a second thought moves a post: only if its new session is clearly better, and not again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..model import Item
from .hindsight import Hindsight
from .types import Placed

MAX_SWEEPS = 4  # looks at all posts; later ones hardly change anything
MARGIN = 1.5  # how many times as likely as the current session the new one must be
CLEAR_MARGIN = 2.0  # the same while the session is running and more evidence may come
MAX_MACHINE_MOVES = 2  # of one post
SHIFT = 0.1  # a change of the confidence that is worth recording


@dataclass(frozen=True, slots=True)
class Revision:
    """A post and the placement that it should get: another session, or another confidence in the same one."""

    item: Item
    to: Placed

    @property
    def moves(self) -> bool:
        """Return whether the session changes."""
        return self.item.session != self.to.session


def revision_of(item: Item, placed: Placed | None, margin: float = MARGIN) -> Revision | None:
    """Return the revision of a post after a look at it, or None if its placement stays."""
    if placed is None or placed.session is None or item.placed is None:
        return None
    found = Revision(item, placed)
    if found.moves:
        return found if _clearly_better(item, placed, margin) else None
    return found if abs(item.placed.confidence - placed.placement.confidence) >= SHIFT else None


def revise(hindsight: Hindsight, items: Sequence[Item]) -> list[Revision]:
    """Look at all posts until nothing moves, and return the revisions. The hindsight has learnt the items, and learns the
    moves.
    """
    now = {item.id: item for item in items}
    for _ in range(MAX_SWEEPS):
        if not sum(_look(hindsight, now, id) for id in list(now)):
            break
    return [
        found for item in items
        if now[item.id].placed != item.placed and (found := revision_of(item, hindsight.look(item.id)))
    ]  # fmt: skip


def _look(hindsight: Hindsight, now: dict[str, Item], id: str) -> bool:
    """Look at one post, and let the hindsight learn the result. Return whether it moved."""
    placed = hindsight.look(id)
    found = revision_of(now[id], placed)
    if found is None:
        return False
    now[id] = replace(now[id], session=found.to.session, placed=found.to.placement)
    hindsight.learn(now[id])
    return found.moves


def _clearly_better(item: Item, placed: Placed, margin: float) -> bool:
    current = next((one.confidence for one in placed.candidates if one.session == item.session), 0.0)
    return placed.placement.confidence >= margin * current
