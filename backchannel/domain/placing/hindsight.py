"""Second thoughts: where a post belongs once the posts after it are known too.

Each look places one post by its own time, words and links, by the words of all other items of each session, and by where
its author posted before and after it. This is iterated classification: what one look finds is evidence for the next.

    hindsight = Hindsight(event, sessions, rooms)
    for item in items:
        hindsight.learn(item)             # again whenever the item has changed
    placed = hindsight.look(item.id)      # None if there is nothing to reconsider
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

from ..model import Event, Item, Room, Session
from .evidence import Columns, Evidence
from .judge import Judge, Weights
from .memory import Memory
from .reasons import Reasons
from .timetable import seconds
from .track import Track, Visit
from .types import Placed, Unplaced
from .weights import NAMING, NOT_NAMING
from .words import words_of

SETTLED = ("person", "explicit", "hashtag")  # methods that later evidence does not question
DAY_S = 24 * 3600.0
DAY_LONG = math.log1p(DAY_S / 300)  # the silence of a session without items
NEAR_S = 45 * 60.0  # how far apart two posts of an author are evidence for each other
CERTAIN = 0.9  # from this confidence on, a post is looked at again only when its slot ends
MAX_NEAR = 3  # posts of the author, before and after, that are looked at again


@dataclass(frozen=True, slots=True)
class _Known:
    """An item as it was learnt."""

    post: Unplaced
    words: tuple[str, ...]
    session: str | None
    confidence: float
    open: bool  # whether it may be looked at again


class Hindsight:
    """The placed items of one event. It holds only what it learnt, and a look costs the same however many there are."""

    def __init__(
        self, event: Event, sessions: Sequence[Session], rooms: Sequence[Room] = (),
        naming: Weights = NAMING, not_naming: Weights = NOT_NAMING,
    ) -> None:  # fmt: skip
        self._sessions = {session.guid for session in sessions}
        self._evidence = Evidence(event, sessions, rooms)
        self._memory = Memory()
        for session in sessions:
            self._memory.words.learn_session(session)
        self._judge = Judge(self._sessions, Reasons(event, self._evidence, self._memory))
        self._naming, self._not_naming = naming, not_naming
        self._known: dict[str, _Known] = {}
        self._tracks: dict[str, Track] = {}  # author -> where they were
        self._times: dict[str, list[float]] = {guid: [] for guid in self._sessions}  # session -> times of its items

    def learn(self, item: Item) -> None:
        """Learn an item, or its new place, text or state."""
        self.forget(item.id)
        if item.state == "withdrawn":
            return
        known = self._known[item.id] = self._as_known(item)
        self._memory.add_references(item.session, known.post.source_id, known.post.url)
        self._count(known, 1)
        if (at := seconds(known.post.at)) is not None and known.session and known.post.author:
            self._track(known.post.author).add(Visit(at, item.id, known.session, known.confidence, named=self._named(item)))

    def forget(self, id: str) -> None:
        """Forget an item, for example because it was withdrawn."""
        known = self._known.pop(id, None)
        if known is None:
            return
        self._memory.add_references(None, known.post.source_id, known.post.url)
        self._count(known, -1)
        self._track(known.post.author).remove(id)

    def look(self, id: str) -> Placed | None:
        """Return where a post belongs by all that is known now, or None if its place is settled."""
        known = self._known.get(id)
        if known is None or not known.open:
            return None
        self._count(known, -1)  # a post is no evidence for itself
        track, at = self._track(known.post.author), seconds(known.post.at) or 0.0
        columns = self._columns(known, track, id, at)
        weights = self._naming if columns["tagged"] else self._not_naming
        stays = track.stays(at, id)
        placed = self._judge.place(known.post, columns, weights, stays.get)
        self._count(known, 1)
        return placed

    def neighbours(self, id: str) -> list[str]:
        """Return the posts for which this item is new evidence: the doubtful ones of its author close to it in time."""
        known = self._known.get(id)
        at = seconds(known.post.at) if known else None
        if known is None or at is None:
            return []
        near = self._track(known.post.author).near(at, NEAR_S, MAX_NEAR)
        return [id for id in near if self.is_open(id) and self._known[id].confidence < CERTAIN]

    def is_open(self, id: str) -> bool:
        """Return whether later evidence may move the item."""
        return id in self._known and self._known[id].open

    def knows(self, id: str) -> bool:
        """Return whether the item was learnt."""
        return id in self._known

    def session_of(self, id: str) -> str | None:
        """Return the session in which the item was learnt."""
        return self._known[id].session

    # evidence

    def _columns(self, known: _Known, track: Track, id: str, at: float) -> Columns:
        found = self._evidence.of_post(known.post, self._memory)
        found |= track.columns(at, id)
        return found | (self._quiet(at) if found["tagged"] else self._quiet_around(at))

    def _quiet(self, at: float) -> Columns:
        """Return how long each session had been silent before the moment, without those that had not begun."""
        befores = ((guid, times, bisect_left(times, at)) for guid, times in self._times.items() if times)
        return {"quiet": {guid: math.log1p((at - times[n - 1]) / 300) for guid, times, n in befores if n}}

    def _quiet_around(self, at: float) -> Columns:
        """Return how long each session had been silent before the moment, and how long it stays silent."""
        before, after = dict.fromkeys(self._times, DAY_LONG), dict.fromkeys(self._times, DAY_LONG)
        for guid, times in self._times.items():
            n = bisect_left(times, at) if times else 0
            if n and at - times[n - 1] < DAY_S:
                before[guid] = math.log1p((at - times[n - 1]) / 300)
            if n < len(times) and times[n] - at < DAY_S:
                after[guid] = math.log1p((times[n] - at) / 300)
        return {"quiet_before": before, "quiet_after": after}

    def _count(self, known: _Known, sign: int) -> None:
        """Add the item to the counts of its session, or take it out."""
        if known.session is None:
            return
        self._memory.add_words(known.session, known.words, sign * known.confidence)
        at, times = seconds(known.post.at), self._times[known.session]
        if at is not None and sign > 0:
            insort(times, at)
        elif at is not None:
            del times[bisect_left(times, at)]

    def _track(self, author: str) -> Track:
        return self._tracks.setdefault(author.strip().lstrip("@").casefold(), Track())

    def _as_known(self, item: Item) -> _Known:
        post = Unplaced.of_item(item)
        is_post = item.origin == "post"
        settled = not is_post or item.placed is None or item.placed.method in SETTLED or seconds(post.at) is None
        return _Known(
            post=post,
            words=self._evidence.words(post) if is_post else tuple(dict.fromkeys(words_of(item.text))),
            session=item.session if item.session in self._sessions else None,
            confidence=item.placed.confidence if is_post and item.placed else 1.0,
            open=not settled,
        )

    def _named(self, item: Item) -> bool:
        """Return whether the author or a person named the item's session."""
        if item.origin != "post" or item.placed is None or item.placed.method in SETTLED:
            return True
        return item.session in self._evidence.meaning(Unplaced.of_item(item)).sessions
