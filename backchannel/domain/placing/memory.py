"""What the placer remembers: where each author is, when each session was last active, and what was said in it.

It holds only counts and latest times, so a post costs the same however many came before. Replaying the event's items in
order rebuilds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .words import Words


@dataclass(slots=True)
class Run:
    """An author's time in one session, in seconds since 1970."""

    since: float | None = None  # start of the current stay; reset when the author returns
    last: float | None = None
    posts: float = 0.0  # each weighted by the confidence of its placement
    tagged: bool = False  # the author or a person named the session


@dataclass(slots=True)
class Author:
    """Where an author is: `now` is the session of their last post, `sure` its confidence, `tagged` the last session
    they named.
    """

    runs: dict[str, Run] = field(default_factory=dict)
    now: str | None = None
    sure: float = 0.0
    tagged: str | None = None


class Memory:
    """Everything learnt from earlier items. `sure` is the confidence of a placement, from 0 to 1.

    Guesses are weighted by its square, so that a doubtful one does not mislead the next.
    """

    def __init__(self) -> None:
        self.words = Words()
        self.heard: dict[str, float] = {}  # session -> time of its latest item
        self._authors: dict[str, Author] = {}
        self._where: dict[str, str] = {}  # id or address of an item -> session

    def author(self, name: str) -> Author | None:
        """Return what is known of an author."""
        return self._authors.get(_key(name))

    def add_words(self, session: str, words: Iterable[str], sure: float) -> None:
        """Record words as said in the session."""
        self.words.learn(session, words, sure * abs(sure))

    def add_author(self, name: str, session: str, at: float | None, sure: float, *, tagged: bool) -> None:
        """Record that the author was in the session at that time."""
        if not _key(name):
            return
        author = self._authors.setdefault(_key(name), Author())
        run = author.runs.setdefault(session, Run())
        if author.now != session or run.since is None:
            run.since = at
        run.last = _later(run.last, at)
        run.posts += sure * sure
        run.tagged = run.tagged or tagged
        author.now, author.sure = session, sure
        author.tagged = session if tagged else author.tagged

    def forget_author(self, name: str, session: str, sure: float) -> None:
        """Take back one post of the author in the session."""
        author = self.author(name)
        if not author or session not in author.runs:
            return
        run = author.runs[session]
        run.posts -= sure * sure
        if run.posts < 1e-6:
            del author.runs[session]
            author.tagged = None if author.tagged == session else author.tagged
        if author.now == session:
            author.now = max(author.runs, key=lambda s: author.runs[s].last or 0.0, default=None)

    def set_last_heard(self, session: str, at: float | None) -> None:
        """Record activity in the session."""
        if at is not None:
            self.heard[session] = max(at, self.heard.get(session, at))

    def where(self, *references: str | None) -> str | None:
        """Return the session of the first item known by one of these ids or addresses."""
        return next((self._where[r] for r in references if r and r in self._where), None)

    def add_references(self, session: str | None, *references: str | None) -> None:
        """Record an item's session under its ids and addresses."""
        for reference in filter(None, references):
            if session is None:
                self._where.pop(reference, None)
            else:
                self._where[reference] = session


def _key(name: str) -> str:
    return name.strip().lstrip("@").casefold()


def _later(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else max(one, other)
