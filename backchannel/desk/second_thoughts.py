"""Second thoughts about posts that a program placed: saved as ordinary moves on the timeline, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from backchannel.desk.desk import Desk
from backchannel.desk.placing import POSTS_PER_JOB, slices
from backchannel.domain.channels import channels_of
from backchannel.domain.placing import Hindsight
from backchannel.domain.placing.revision import MAX_MACHINE_MOVES, Revision, revise
from backchannel.store.base import Reader, Writer

PLACED_STATES: Final = ("visible", "held")
MACHINES = ("machine", "grid", "schedule")  # who moves posts besides people


def hindsight_of(reader: Reader, slug: str) -> Hindsight:
    """Return an empty hindsight of the event's programme."""
    return Hindsight(reader.event(slug), reader.sessions(slug), reader.rooms(slug))


def place_again(
    desk: Desk, slug: str, *, dry_run: bool = False, progress: Callable[[int], None] = lambda _done: None
) -> list[Revision]:
    """Look again at every post that a program placed, with everything known now. Return the moves."""
    reader = desk.read()
    hindsight = hindsight_of(reader, slug)
    items = reader.items(slug, states=PLACED_STATES)
    for item in items:
        hindsight.learn(item)
        progress(1)
    found = [one for one in revise(hindsight, items) if not one.moves or may_move(reader, one)]
    if not dry_run:
        found = [one for some in slices(found, POSTS_PER_JOB) for one in save(desk, slug, some)]
    return [one for one in found if one.moves]


def save(desk: Desk, slug: str, revisions: Sequence[Revision]) -> list[Revision]:
    """Save the revisions whose posts have not changed since they were looked at, in one transaction. Return those."""

    def job(writer: Writer) -> list[Revision]:
        return [one for one in revisions if _save(desk, writer, one)]

    return desk.write(slug, job) if revisions else []


def _save(desk: Desk, writer: Writer, revision: Revision) -> bool:
    item = writer.item(revision.item.event, revision.item.id)
    unchanged = (item.session, item.placed) == (revision.item.session, revision.item.placed)
    if not unchanged or item.state not in PLACED_STATES or (revision.moves and not may_move(writer, revision)):
        return False
    item = replace(item, session=revision.to.session, placed=revision.to.placement)
    writer.save_item(item, channels_of(item), do="place", by="machine", at=desk.clock(), new_text=False)
    return True


def may_move(reader: Reader, revision: Revision) -> bool:
    """Return whether a program may move the post: no person has decided about it, it was not moved too often, and it is
    not part of a write-up that somebody edited and published.
    """
    item = revision.item
    if item.session and reader.edition(item.event, item.session).indexable:
        return False
    steps = list(pairwise(reader.history(item.event, item.id)))
    moves = [new for old, new in steps if new.session != old.session or new.do == "move"]
    by_machine = [move for move in moves if move.by in MACHINES]
    return len(moves) == len(by_machine) < MAX_MACHINE_MOVES
