"""The placer of one event: finds a post's session and learns from the outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from heapq import nlargest

from ..model import Event, Item, Placement, Room, Session, When
from .evidence import Columns, Evidence
from .memory import Memory
from .reasons import Reasons
from .timetable import seconds
from .types import Candidate, Placed, Unplaced
from .weights import CLOCK_EDGE, DOUBT, EDGE, HALLWAY, TELLING, WEIGHTS
from .words import TITLE, words_of

MAX_CANDIDATES = 3  # candidates per post


class Placer:
    """Places posts of one event. It holds only what it learnt; replay the event's items to rebuild it.

    The cost of a post is proportional to the number of sessions, however many posts came before.
    """

    def __init__(self, event: Event, sessions: Sequence[Session], rooms: Sequence[Room] = ()) -> None:
        self._sessions: dict[str, Session] = {}
        self._memory = Memory()
        self.follow(event, sessions, rooms)

    def follow(self, event: Event, sessions: Sequence[Session], rooms: Sequence[Room] = ()) -> None:
        """Take over a changed programme. What was learnt from items stays."""
        before, self._sessions = self._sessions, {session.guid: session for session in sessions}
        self._evidence = Evidence(event, sessions, rooms)
        self._reasons = Reasons(event, self._evidence, self._memory)
        for guid, session in before.items():
            if _words(session) != _words(self._sessions.get(guid)):
                self._learn_words(session, -1.0)
        for guid, session in self._sessions.items():
            if guid not in before or _words(session) != _words(before[guid]):
                self._learn_words(session, 1.0)

    def _learn_words(self, session: Session, weight: float) -> None:
        title, about = _words(session)
        self._memory.words.learn(session.guid, words_of(title), TITLE * weight)
        self._memory.words.learn(session.guid, words_of(about), weight)

    # placing

    def place(self, post: Unplaced) -> Placed:
        """Return the session of a post, or the hallway, with method, confidence, reason and the three best candidates.
        """
        if post.session in self._sessions:
            return _certain(post.session, "explicit", "its author chose this session")
        columns = self._evidence.of(post, self._memory)
        shares = _shares(_scores(columns, self._sessions))
        best = nlargest(MAX_CANDIDATES, shares, key=lambda guid: shares[guid])
        candidates = tuple(self._candidate(post, guid, shares[guid], columns) for guid in best)
        if not candidates:
            return Placed(session=None, placement=_hallway(1.0, "there are no sessions yet"))
        first = candidates[0]
        if reason := self._doubt(candidates, columns, seconds(post.at) is not None):
            return Placed(session=None, placement=_hallway(1 - first.confidence, reason), candidates=candidates)
        placement = Placement(method=first.method, confidence=first.confidence, reason=first.reason)
        return Placed(session=first.session, placement=placement, candidates=candidates)

    def _doubt(self, candidates: Sequence[Candidate], columns: Columns, timed: bool) -> str:
        """Return why the best session is not certain enough, or an empty string if it is."""
        best = candidates[0]
        specific = any(best.session in columns.get(kind, ()) for kind in TELLING)
        if best.confidence < DOUBT or not (specific or timed):
            return "nothing points clearly to one session"
        if len(candidates) > 1 and best.confidence < (EDGE if specific else CLOCK_EDGE) * candidates[1].confidence:
            return (
                "it fits two or more sessions equally well" if specific else "several sessions were running"
            )
        return ""

    def _candidate(self, post: Unplaced, guid: str, share: float, columns: Columns) -> Candidate:
        values = {kind: column[guid] for kind, column in columns.items() if guid in column}
        method, reason = self._reasons.method_and_sentence(post, guid, values)
        return Candidate(session=guid, method=method, confidence=min(round(share, 3), 0.999), reason=reason)

    # learning

    def learn_placed(self, post: Unplaced, placed: Placed) -> None:
        """Learn that a post was saved where the placer, or its author, put it."""
        self._learn(post, placed.session, placed.placement)

    def learn_moved(self, post: Unplaced, session: str | None, was: Placed | None = None) -> None:
        """Learn that a person moved the post. `was` is its earlier placement, if it was learnt."""
        if was:
            self.unlearn(post, was)
        self._learn(post, session, Placement(method="person", confidence=1.0, reason=""))

    def learn_note(self, session: str | None, text: str, author: str = "", at: When = None) -> None:
        """Learn a note: its words were said in the session, and its author is there."""
        if session in self._sessions:
            self._memory.add_words(session, words_of(text), 1.0)
            self._memory.set_last_heard(session, seconds(at))
            self.learn_author(author, session, at)

    def learn_author(self, author: str, session: str, at: When = None) -> None:
        """Learn from a person that this author is in this session now."""
        if session in self._sessions:
            self._memory.add_author(author, session, seconds(at), 1.0, tagged=True)

    def learn_item(self, item: Item) -> None:
        """Learn one stored item. For rebuilding, in the order of `seq`."""
        if item.state == "withdrawn":
            return
        if item.origin != "post":
            self.learn_note(item.session, item.text, item.author, item.at)
        else:
            placement = item.placed or Placement(method="explicit", confidence=1.0, reason="")
            self._learn(Unplaced.of_item(item), item.session, placement)

    def _learn(self, post: Unplaced, session: str | None, placement: Placement) -> None:
        self._memory.add_references(session, post.source_id, post.url)
        if session not in self._sessions:
            return
        sure, at = placement.confidence, seconds(post.at)
        self._memory.add_words(session, self._evidence.words(post), sure)
        named = placement.method in ("explicit", "hashtag", "person")
        tagged = named or session in self._evidence.meaning(post).sessions
        self._memory.add_author(post.author, session, at, sure, tagged=tagged)
        self._memory.set_last_heard(session, at)

    def unlearn(self, post: Unplaced, was: Placed) -> None:
        """Take back what was learnt from a post that was placed there."""
        if was.session in self._sessions:
            sure = was.placement.confidence
            self._memory.add_words(was.session, self._evidence.words(post), -sure)
            self._memory.forget_author(post.author, was.session, sure)


def _words(session: Session | None) -> tuple[str, str]:
    """Return a session's title, and what its programme entry says besides."""
    return (session.title, f"{session.abstract} {' '.join(session.leaders)}") if session else ("", "")


def _scores(columns: Columns, sessions: Iterable[str]) -> dict[str, float]:
    """Return session -> sum of weight x value."""
    scores = dict.fromkeys(sessions, 0.0)
    for kind, column in columns.items():
        weight = WEIGHTS[kind]
        for guid, value in column.items():
            if guid in scores:
                scores[guid] += weight * value
    return scores


def _shares(scores: dict[str, float]) -> dict[str, float]:
    """Return each session's share of exp(score) among all sessions and the hallway."""
    top = max([HALLWAY, *scores.values()])
    parts = {guid: math.exp(s - top) for guid, s in scores.items()}
    whole = sum(parts.values()) + math.exp(HALLWAY - top)
    return {guid: part / whole for guid, part in parts.items()}


def _hallway(sure: float, reason: str) -> Placement:
    return Placement(method="hallway", confidence=round(sure, 3), reason=reason)


def _certain(session: str, method: str, reason: str) -> Placed:
    return Placed(
        session=session,
        placement=Placement(method=method, confidence=1.0, reason=reason),
        candidates=(Candidate(session=session, method=method, confidence=1.0, reason=reason),),
    )
