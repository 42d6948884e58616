"""The placer of one event: asked for a post's session, told what became of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..model import Event, Item, Placement, Room, Session, When
from .evidence import Evidence, Values
from .memory import Memory
from .reasons import Reasons
from .shapes import Candidate, Placed, Unplaced
from .timetable import seconds
from .weights import DOUBT, HALLWAY, WEIGHTS
from .words import TITLE, words_of

SHOWN = 3  # candidates told


class Placer:
    """Places posts of one event. It holds what came before and nothing else: feed it the event's items to rebuild it.

    A post costs at most in proportion to the number of sessions, however many posts came before.
    """

    def __init__(self, event: Event, sessions: Sequence[Session], rooms: Sequence[Room] = ()) -> None:
        self._sessions = {s.guid: s for s in sessions}
        self._memory = Memory()
        self._evidence = Evidence(event, sessions, rooms)
        self._reasons = Reasons(event, self._evidence, self._memory)
        for session in sessions:
            self._memory.words.learn(session.guid, words_of(session.title), TITLE)
            about = f"{session.abstract} {' '.join(session.leaders)}"
            self._memory.words.learn(session.guid, words_of(about), 1.0)

    # asked

    def place(self, post: Unplaced) -> Placed:
        """The session of a post, or the hallway, with method, confidence, reason, and the best three."""
        if post.session in self._sessions:
            return _certain(post.session, "explicit", "its writer chose this session")
        evidence = self._evidence.of(post, self._memory)
        shares = _shares({guid: score(values) for guid, values in evidence.items()})
        best = sorted(shares, key=lambda guid: -shares[guid])[:SHOWN]
        candidates = tuple(self._candidate(post, guid, shares[guid], evidence[guid]) for guid in best)
        if candidates and candidates[0].confidence >= DOUBT:
            first = candidates[0]
            return Placed(
                session=first.session,
                placement=Placement(method=first.method, confidence=first.confidence, reason=first.reason),
                candidates=candidates,
            )
        sure = round(1 - sum(c.confidence for c in candidates[:1]), 3)
        reason = "nothing says clearly which session" if candidates else "there are no sessions yet"
        return Placed(
            session=None, placement=Placement(method="hallway", confidence=sure, reason=reason), candidates=candidates
        )

    def _candidate(self, post: Unplaced, guid: str, share: float, values: Values) -> Candidate:
        method, reason = self._reasons.method_and_sentence(post, guid, values)
        return Candidate(session=guid, method=method, confidence=round(share, 3), reason=reason)

    # told

    def learn_placed(self, post: Unplaced, placed: Placed) -> None:
        """The post was kept where the machine, or its writer, put it."""
        self._learn(post, placed.session, placed.placement)

    def learn_moved(self, post: Unplaced, session: str | None, was: Placed | None = None) -> None:
        """A person moved the post; `was` is how it stood, if it was learnt before."""
        if was and was.session:
            self._unlearn(post, was.session, was.placement.confidence)
        self._learn(post, session, Placement(method="person", confidence=1.0, reason=""))

    def learn_note(self, session: str | None, text: str, author: str = "", at: When = None) -> None:
        """Somebody typed a note in the session: its words are said there, and the author is there."""
        if session in self._sessions:
            self._memory.words.learn(session, words_of(text), 1.0)
            self.learn_author(author, session, at)

    def learn_author(self, author: str, session: str, at: When = None) -> None:
        """A person says that this author is in this session now."""
        if session in self._sessions:
            self._memory.keep_author(author, session, seconds(at), 1.0, tagged=True)

    def learn_item(self, item: Item) -> None:
        """One item of the record, as it stands there: for rebuilding, in the order of `seq`."""
        if item.state == "withdrawn":
            return
        if item.origin != "post":
            self.learn_note(item.session, item.text, item.author, item.at)
        else:
            placement = item.placed or Placement(method="explicit", confidence=1.0, reason="")
            self._learn(Unplaced.of_item(item), item.session, placement)

    def _learn(self, post: Unplaced, session: str | None, placement: Placement) -> None:
        self._memory.keep_where(session, post.source_id, post.url)
        if session not in self._sessions:
            return
        sure, at = placement.confidence, seconds(post.at)
        self._memory.words.learn(session, words_of(f"{post.title} {post.text}"), sure)
        tagged = placement.method in ("explicit", "hashtag", "person")
        self._memory.keep_author(post.author, session, at, sure, tagged=tagged)
        if at is not None:
            self._memory.keep_busy(session, at, sure)

    def _unlearn(self, post: Unplaced, session: str, sure: float) -> None:
        self._memory.words.learn(session, words_of(f"{post.title} {post.text}"), -sure)
        self._memory.forget_author(post.author, session, sure)
        if (at := seconds(post.at)) is not None:
            self._memory.keep_busy(session, at, -sure)


def score(values: Values) -> float:
    return sum(WEIGHTS[kind] * value for kind, value in values.items())


def _shares(scores: dict[str, float]) -> dict[str, float]:
    """Each session's share of exp(score) among all sessions and the hallway."""
    top = max([HALLWAY, *scores.values()])
    parts = {guid: math.exp(s - top) for guid, s in scores.items()}
    whole = sum(parts.values()) + math.exp(HALLWAY - top)
    return {guid: part / whole for guid, part in parts.items()}


def _certain(session: str, method: str, reason: str) -> Placed:
    return Placed(
        session=session,
        placement=Placement(method=method, confidence=1.0, reason=reason),
        candidates=(Candidate(session=session, method=method, confidence=1.0, reason=reason),),
    )
