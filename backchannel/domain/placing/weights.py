"""What each kind of evidence weighs: the one table of placing. docs/placing.md tells how it came about.

A session's score is the sum of `weight x value` over the kinds below; its confidence is its share of exp(score) among
all sessions and the hallway. So a weight of 0.7 doubles the odds of a session whose value is 1; -0.7 halves them.
The kinds under "settled" have weights set by hand, for there are no cases to learn them from; the others are learnt.
"""

from __future__ import annotations

from typing import Final

WEIGHTS: Final[dict[str, float]] = {
    # settled: somebody said so
    "hashtag": 16.0,  # the post names the session: 1
    "reply": 10.0,  # it answers an item of the session: 1
    "link": 8.0,  # it links to the session's page: 1
    "room": 6.0,  # it names the room, and the session is the one on there, or the last that was: 1
    "leader": 2.0,  # it names a leader of the session: 1
    "mention": 1.0,  # it names somebody whose last post is in the session: 1
    # the author
    "tagged": 3.4,  # the author, or a person, named this session before: 1
    "lasttag": 0.4,  # and none since: 1
    "running": 1.4,  # the author's last post is in it: how sure that was, a half of it after half an hour
    "been": 0.68,  # log(1 + posts of the author in it)
    # the timetable
    "newest": 0.5,  # it is the last that began: 1
    "fresh": 0.65,  # exp(-minutes since it began / 10)
    "ended": -2.05,  # it is over: 1
    "late": -0.07,  # log(1 + minutes since its end / 10)
    "early": -1.35,  # log(1 + minutes until it begins / 2)
    "untimed": -1.5,  # it has no time, and others have: 1
    "quiet": -0.47,  # log(1 + minutes since the last item in it / 5)
    # what is said
    "words": 0.55,  # how much likelier the words are in it than at the event at large, in nats, tempered
    "best": 0.22,  # the same, of the one word that says most
    "title": 0.78,  # log(1 + how rare the words are that stand in its title, in nats)
}

# the kinds that tell more than the clock does
TELLING: Final = ("hashtag", "reply", "link", "room", "leader", "mention", "been", "running", "best", "title")

HALLWAY: Final = -6.0  # the score of no session at all
DOUBT: Final = 0.15  # below this confidence a post is left in the hallway, for people to sort
EDGE: Final = 1.02  # and so it is when the best is not so many times as likely as the next
CLOCK_EDGE: Final = 1.5  # the same, when nothing but the clock speaks for it

HALF_RUN: Final = 30 * 60.0  # seconds after which an author's running session counts half
NO_END: Final = 60 * 60.0  # seconds a session lasts whose end is not known
ON_STAGE: Final = 10 * 60.0  # seconds before its start from which a session counts as the one in its room
