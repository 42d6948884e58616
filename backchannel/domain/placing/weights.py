"""The weight of each kind of evidence. docs/placing.md explains how they were learnt.

A session's score is the sum of `weight x value` over the kinds below. Its confidence is its share of exp(score) among
all sessions and the hallway: a weight of 0.7 doubles the odds of a session whose value is 1, and -0.7 halves them. The
weights under "settled" were set by hand, because there were no cases to learn them from.
"""

from __future__ import annotations

from typing import Final

WEIGHTS: Final[dict[str, float]] = {
    # settled: somebody named the session
    "hashtag": 16.0,  # the post names the session: 1
    "reply": 10.0,  # it replies to an item of the session: 1
    "link": 8.0,  # it links to the session's page: 1
    "room": 6.0,  # it names the room, and this session is running there or was the last: 1
    "leader": 2.0,  # it mentions a leader of the session: 1
    "mention": 1.0,  # it mentions somebody whose last post is in the session: 1
    # the author
    "tagged": 3.4,  # the author, or a person, named this session before: 1
    "lasttag": 0.4,  # and no other since: 1
    "running": 1.4,  # the author's last post is in it: its confidence, halved after half an hour
    "been": 0.68,  # log(1 + posts of the author in it)
    # the timetable
    "newest": 0.5,  # it is the latest session to start: 1
    "fresh": 0.65,  # exp(-minutes since it began / 10)
    "ended": -2.05,  # it has ended: 1
    "late": -0.07,  # log(1 + minutes since its end / 10)
    "early": -1.35,  # log(1 + minutes until it begins / 2)
    "untimed": -1.5,  # it has no time, and others have: 1
    "quiet": -0.47,  # log(1 + minutes since the last item in it / 5)
    # the words
    "words": 0.55,  # how much likelier the words are in it than at the whole event, in nats, reduced for long texts
    "best": 0.22,  # the same for the single best word
    "title": 0.78,  # log(1 + rarity of the words that its title contains, in nats)
}

_SETTLED = ("hashtag", "reply", "link", "room", "leader", "mention")
SETTLED_WEIGHTS: Final = {kind: WEIGHTS[kind] for kind in _SETTLED}

# Second thoughts (hindsight.py) know what came after a post too, and have weights of their own.
NAMING: Final[dict[str, float]] = SETTLED_WEIGHTS | {  # for authors who named a session before the post
    "tagged": 3.69,  # the author, or a person, named this session earlier: 1
    "lasttag": 0.28,  # and no other since: 1
    "unopened": -0.02,  # the author names it only later: 1
    "prev": 1.0,  # the author's post before is in it: its confidence, halved after half an hour
    "next": -0.09,  # the same for the post after
    "been": 0.54,  # log(1 + earlier posts of the author in it)
    "been_later": 0.95,  # log(1 + later posts of the author in it)
    "newest": 0.44,
    "fresh": 0.41,
    "ended": -1.85,
    "late": -0.01,
    "early": -1.43,
    "quiet": -0.47,  # log(1 + minutes since the item before in it / 5); nothing if there is none
    "words": 0.54,
    "best": 0.23,
    "title": 0.78,
}

NOT_NAMING: Final[dict[str, float]] = SETTLED_WEIGHTS | {  # for all others
    "unopened": -0.2,  # the author names it only later: 1
    "prev": 0.94,  # the author's post before is in it: its confidence, halved after half an hour
    "next": -0.1,  # the same for the post after
    "both": -0.49,  # the smaller of the two, if both are in it
    "been": 0.53,  # log(1 + earlier posts of the author in it)
    "been_later": 1.22,  # log(1 + later posts of the author in it)
    "newest": 0.57,
    "fresh": 0.49,
    "ended": -1.58,
    "late": -0.25,
    "early": -1.17,
    "quiet_before": -0.18,  # log(1 + minutes since the item before in it / 5), at most a day
    "quiet_after": -0.06,  # the same for the item after
    "words": 0.56,
    "best": 0.21,
    "title": 0.75,
}

# kinds that say more than the clock
TELLING: Final = (
    "hashtag", "reply", "link", "room", "leader", "mention", "been", "been_later", "running", "prev", "next", "best", "title",
)  # fmt: skip

HALLWAY: Final = -6.0  # the score of the hallway
DOUBT: Final = 0.15  # below this confidence a post stays in the hallway, for people to sort
EDGE: Final = 1.02  # and also if the best session is not this many times as likely as the next
CLOCK_EDGE: Final = 1.5  # the same if only the clock speaks for it

HALF_RUN: Final = 30 * 60.0  # seconds after which an author's stay in a session counts half
NO_END: Final = 60 * 60.0  # assumed seconds of a session without an end
ON_STAGE: Final = 10 * 60.0  # seconds before its start from which a session counts as the one in its room
