"""The triage board: unplaced posts and uncertain guesses, each with its three best sessions."""

from __future__ import annotations

from dataclasses import dataclass

from backchannel.desk.desk import Desk
from backchannel.desk.placing import BY_HAND, placer_state
from backchannel.domain.model import Item
from backchannel.domain.placing import Candidate, Unplaced
from backchannel.store.base import Writer

MIN_CONFIDENCE = 0.5  # guesses below this confidence appear on the board
MAX_POSTS = 60  # posts on the board at once


@dataclass(frozen=True, slots=True)
class Unsorted:
    """A post for a person to place. `candidates` are the best three sessions, best first."""

    item: Item
    candidates: tuple[Candidate, ...]


def unsorted(desk: Desk, slug: str) -> tuple[list[Unsorted], int]:
    """Return the newest such posts, newest first, and their total number.

    Runs as a write job although it writes nothing, because the placer is only used there.
    """

    def job(writer: Writer) -> tuple[list[Unsorted], int]:
        doubtful = [item for item in writer.items(slug, states=("visible", "held")) if is_unsorted(item)]
        placer = placer_state(desk, writer, writer.event(slug)).placer
        board = [Unsorted(item, placer.place(Unplaced.of_item(item)).candidates) for item in doubtful[: -MAX_POSTS - 1 : -1]]
        return board, len(doubtful)

    return desk.store.write(job)


def is_unsorted(item: Item) -> bool:
    """Return whether a person should look at the item's placement."""
    if item.origin != "post" or (item.placed is not None and item.placed.method in BY_HAND):
        return False
    return item.state == "held" or item.session is None or (item.placed is not None and item.placed.confidence < MIN_CONFIDENCE)
