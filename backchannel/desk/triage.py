"""What organisers put right by hand: posts that no session took, or that a guess did, each with its best three sessions."""

from __future__ import annotations

from dataclasses import dataclass

from backchannel.desk.desk import Desk
from backchannel.desk.placing import BY_HAND, placer_state
from backchannel.domain.model import Item
from backchannel.domain.placing import Candidate, Unplaced
from backchannel.store.base import Writer

DOUBTFUL = 0.5  # below it a guess is shown for a look
MOST = 60  # posts on the board at once


@dataclass(frozen=True, slots=True)
class Unsorted:
    """A post for a person to place: `candidates` are the best three, best first."""

    item: Item
    candidates: tuple[Candidate, ...]


def unsorted(desk: Desk, slug: str) -> tuple[list[Unsorted], int]:
    """The newest of them, newest first, and how many there are in all.

    Asked inside a write job, because the placer is used there and nowhere else; it writes nothing.
    """

    def job(writer: Writer) -> tuple[list[Unsorted], int]:
        doubtful = [item for item in writer.items(slug, states=("visible", "held")) if is_unsorted(item)]
        placer = placer_state(desk, writer, writer.event(slug)).placer
        board = [Unsorted(item, placer.place(Unplaced.of_item(item)).candidates) for item in doubtful[: -MOST - 1 : -1]]
        return board, len(doubtful)

    return desk.store.write(job)


def is_unsorted(item: Item) -> bool:
    if item.origin != "post" or (item.placed is not None and item.placed.method in BY_HAND):
        return False
    return item.state == "held" or item.session is None or (item.placed is not None and item.placed.confidence < DOUBTFUL)
