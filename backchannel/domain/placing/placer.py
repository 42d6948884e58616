"""The placer of one event: finds a post's session and learns from the outcome."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Event, Item, Placement, Room, Session, When
from .evidence import Evidence
from .judge import Judge, Weights
from .memory import Memory
from .reasons import Reasons, Stay
from .timetable import seconds
from .types import Candidate, Placed, Unplaced
from .weights import WEIGHTS
from .words import words_in, words_of


class Placer:
    """Places posts of one event. It holds only what it learnt; replay the event's items to rebuild it.

    The cost of a post is proportional to the number of sessions, however many posts came before.
    """

    def __init__(
        self, event: Event, sessions: Sequence[Session], rooms: Sequence[Room] = (), weights: Weights = WEIGHTS
    ) -> None:
        self._weights = weights
        self._sessions: dict[str, Session] = {}
        self._memory = Memory()
        self.follow(event, sessions, rooms)

    def follow(self, event: Event, sessions: Sequence[Session], rooms: Sequence[Room] = ()) -> None:
        """Take over a changed programme. What was learnt from items stays."""
        before, self._sessions = self._sessions, {session.guid: session for session in sessions}
        self._evidence = Evidence(event, sessions, rooms)
        self._judge = Judge(self._sessions, Reasons(event, self._evidence, self._memory))
        for guid, session in before.items():
            if words_in(session) != words_in(self._sessions.get(guid)):
                self._memory.words.learn_session(session, -1.0)
        for guid, session in self._sessions.items():
            if guid not in before or words_in(session) != words_in(before[guid]):
                self._memory.words.learn_session(session, 1.0)

    # placing

    def place(self, post: Unplaced) -> Placed:
        """Return the session of a post, or the hallway, with method, confidence, reason and the three best candidates.
        """
        if post.session in self._sessions:
            return _certain(post.session, "explicit", "its author chose this session")
        columns = self._evidence.of(post, self._memory)
        return self._judge.place(post, columns, self._weights, lambda guid: self._stay(post.author, guid))

    def _stay(self, name: str, session: str) -> Stay | None:
        author = self._memory.author(name)
        run = author.runs.get(session) if author else None
        return Stay(before=run.last, now=author is not None and author.now == session, named=run.tagged) if run else None

    # learning

    def learn_placed(self, post: Unplaced, placed: Placed) -> None:
        """Learn that a post was saved where the placer, or its author, put it."""
        self._learn(post, placed.session, placed.placement)

    def learn_moved(
        self, post: Unplaced, session: str | None, was: Placed | None = None, placement: Placement | None = None
    ) -> None:
        """Learn that the post was moved: by a person, unless `placement` says otherwise. `was` is its earlier placement, if
        it was learnt.
        """
        if was:
            self.unlearn(post, was)
        self._learn(post, session, placement or Placement(method="person", confidence=1.0, reason=""))

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


def _certain(session: str, method: str, reason: str) -> Placed:
    return Placed(
        session=session,
        placement=Placement(method=method, confidence=1.0, reason=reason),
        candidates=(Candidate(session=session, method=method, confidence=1.0, reason=reason),),
    )
