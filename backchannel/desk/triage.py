"""The triage board: unplaced posts and uncertain guesses, each with its three best sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backchannel.desk.desk import Desk
from backchannel.desk.placing import BY_HAND, POSTS_PER_JOB, catch_up, placer_state, slices
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

    The candidates are found in short write jobs although nothing is written, because the placer is only used there.
    """
    ids, total = desk.read().newest_to_check(slug, MAX_POSTS), sum(desk.read().posts_to_check(slug).values())
    board: list[Unsorted] = []
    if ids:
        catch_up(desk, slug)
    for some in slices(ids, POSTS_PER_JOB):
        board += desk.store.write(lambda writer, some=some: _with_candidates(desk, writer, slug, some), slug)  # type: ignore[misc]
    return board, total


def _with_candidates(desk: Desk, writer: Writer, slug: str, ids: Sequence[str]) -> list[Unsorted]:
    placer, found = placer_state(desk, writer, writer.event(slug)).placer, writer.items_by_id(slug, ids)
    doubtful = [found[id] for id in ids if is_unsorted(found[id])]
    return [Unsorted(item, placer.place(Unplaced.of_item(item)).candidates) for item in doubtful]


def is_unsorted(item: Item) -> bool:
    """Return whether a person should look at the item's placement."""
    if item.origin != "post" or (item.placed is not None and item.placed.method in BY_HAND):
        return False
    return item.state == "held" or item.session is None or (item.placed is not None and item.placed.confidence < MIN_CONFIDENCE)
