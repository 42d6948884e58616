"""What each kind of evidence weighs: the one table of placing. docs/placing.md tells how it came about.

A session's score is the sum of `weight x value` over the kinds below; its confidence is its share of exp(score) among
all sessions and the hallway. So a weight of 0.7 doubles the odds of a session whose value is 1; -0.7 halves them.
"""

from __future__ import annotations

from typing import Final

WEIGHTS: Final[dict[str, float]] = {
    # settled by somebody
    "hashtag": 9.0,  # the post names the session: 1
    "reply": 6.0,  # it answers, or is in one thread with, an item of the session: 1
    "link": 6.0,  # it links to the session's page: 1
    # the author
    "tagged": 3.0,  # the author named this session with a hashtag before: 1
    "running": 1.5,  # the author's last post is in this session: 1, a half after half an hour
    "been": 0.2,  # log(1 + posts of the author in it)
    # the timetable
    "on": 1.5,  # it is on: 1
    "newest": 1.5,  # none began later: 1
    "since": -0.8,  # log(1 + sessions begun since)
    "late": -0.6,  # log(1 + ten minutes since its end)
    "early": -1.2,  # log(1 + minutes until it begins)
    "room": 4.0,  # a room's tag, and it is on there: 1
    # what is said
    "busy": 0.8,  # log(1 + posts of the last ten minutes in it)
    "words": 0.8,  # how much likelier these words are in it than at the event at large, in nats, tempered
    "leader": 1.5,  # it names a leader: 1
}

HALLWAY: Final = -1.0  # the score of no session at all
DOUBT: Final = 0.25  # a confidence below this is the hallway's

HALF_RUN: Final = 30 * 60.0  # seconds after which an author's running session counts half
HALF_BUSY: Final = 7 * 60.0  # seconds after which a post counts half in "busy"
NO_END: Final = 60 * 60.0  # seconds a session lasts whose end is not known
