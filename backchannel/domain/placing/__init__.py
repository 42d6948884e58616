"""Which session a post belongs to, how sure that is, and why: pure, without a clock, seeing only what came before.

    placer = Placer(event, sessions, rooms)
    for item in items:                    # what is on record, in the order of `seq`: rebuilds what was known
        placer.learn_item(item)
    placed = placer.place(Unplaced(author="@ann", text="Hear hear! #lgc09s3", at=when))
    placed.session, placed.placement, placed.candidates
    placer.learn_placed(post, placed)     # once it is kept

docs/placing.md tells what is looked at and what it weighs.
"""

from .placer import Placer
from .types import Candidate, Placed, Unplaced

__all__ = ["Candidate", "Placed", "Placer", "Unplaced"]
