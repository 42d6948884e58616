"""Placement of posts: which session a post belongs to, how sure that is, and why. Pure, and based on earlier items
only.

    placer = Placer(event, sessions, rooms)
    for item in items:                    # the event's items in the order of `seq` rebuild the placer
        placer.learn_item(item)
    placed = placer.place(Unplaced(author="@ann", text="Hear hear! #lgc09s3", at=when))
    placed.session, placed.placement, placed.candidates
    placer.learn_placed(post, placed)     # once it is saved

docs/placing.md explains the evidence and its weights.
"""

from .hindsight import Hindsight
from .placer import Placer
from .types import Candidate, Placed, Unplaced

__all__ = ["Candidate", "Hindsight", "Placed", "Placer", "Unplaced"]
