"""The write-up as a tree: what `compose` makes, and every format walks.

    EventWriteUp
      SessionWriteUp, one a session with anything in it (and one for the hallway)
        key_points KeyPoint     what to read first: pinned, agreed with, or picked by a program
        thoughts   Thoughts (an author's on a day) > Line: afterthoughts, and notes written after the session's end
        notes      Line         what was written at the time
        posts      Line         the backchannel
        questions > answers, decisions, commitments, links, speakers, people: drawn from the lines above
      statistics   Statistics > Bar

Values only, ready to be printed: what a format adds is its marks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal

from backchannel.domain.links import Link
from backchannel.domain.model import ORIGINS, Event, Item, Kind, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item as it is printed.

    `time` is as far as it is known and not clear from the head ("10:05", "9 June 2009 10:05", "9 June 2009" or "");
    `author` is empty where the whole is by one author; `level` is the depth, but never two below the line above;
    `body` is the text without mark and speaker, `reads_as` and `names` the kind and the speaker that the words give (a
    document may have said others). `others` said the same: near-identical notes of other people, reshares of a post.
    """

    item: Item
    body: str
    reads_as: Kind
    names: str | None = None
    time: str = ""
    author: str = ""
    level: int = 0
    others: tuple[Line, ...] = ()

    @property
    def corrected(self) -> bool:
        return self.item.rev > 1

    @property
    def agreed(self) -> int:
        """How many people agreed with it."""
        return sum(self.item.reactions.values())

    @property
    def voices(self) -> tuple[str, ...]:
        """Everybody who wrote it, each once, as far as it is told."""
        return tuple(dict.fromkeys(line.author for line in (self, *self.others) if line.author))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPoint:
    """A line to be read first, and why: an organiser pinned it, people agreed with it, or a program picked it."""

    line: Line
    why: Literal["pinned", "agreed", "picked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thoughts:
    """Post-event thoughts of one author on one day, a paragraph an item."""

    author: str
    updated: date | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    line: Line
    answers: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """An action or a pledge. `owner` is empty where nobody was named."""

    kind: Kind
    owner: str
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWriteUp:
    """A session (or the hallway: `session` is None), written up.

    `when` reads "8 June 2009, 10:00–10:45", in `zone`. `sole_author` wrote all notes and thoughts, if one person did.
    `items` are all items of it in reading order; `gaps` are sentences.
    """

    event: Event
    session: Session | None
    zone: str
    title: str
    when: str = ""
    room: str = ""
    leaders: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    note_takers: tuple[str, ...] = ()
    sole_author: str = ""
    introduction: str = ""  # typed text, by whoever edited the write-up
    thoughts_heading: str
    notes_heading: str
    posts_heading: str
    key_points: tuple[KeyPoint, ...] = ()
    thoughts: tuple[Thoughts, ...] = ()
    notes: tuple[Line, ...] = ()
    posts: tuple[Line, ...] = ()
    questions: tuple[Question, ...] = ()
    decisions: tuple[Line, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    links: tuple[Link, ...] = ()
    speakers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def counted(self) -> str:
        """How much there is of it: "6 notes, 1 post, 1 afterthought"."""
        counts = Counter(item.origin for item in self.items)
        return ", ".join(
            f"{counts[origin]} {origin}{'s' * (counts[origin] != 1)}" for origin in ORIGINS if counts[origin]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A line of the ledger: a commitment or an open question, and where it was made."""

    part: SessionWriteUp
    commitment: Commitment | None = None
    question: Question | None = None

    @property
    def line(self) -> Line:
        """Where it stands."""
        if self.commitment:
            return self.commitment.line
        assert self.question, "it is one or the other"
        return self.question.line

    @property
    def owner(self) -> str:
        return self.commitment.owner if self.commitment else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How much was written in an hour, or in a session."""

    label: str
    notes: int
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """`day` has a bar for each step of the event's days from the first note to the last, `sessions` one for each session."""

    day: tuple[Bar, ...] = ()
    sessions: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWriteUp:
    """The event, written up: sessions by slot, the hallway, the ledger of all that is to be done, who was there.

    `address` is where the event is on the web, if it is: there, notes can be added to a session that has none.
    """

    event: Event
    zone: str
    title: str
    when: str
    sessions: tuple[SessionWriteUp, ...]
    hallway: SessionWriteUp | None
    without_notes: tuple[Session, ...]
    ledger: tuple[Due, ...]
    links: tuple[Link, ...]
    people: tuple[str, ...]
    note_takers: tuple[str, ...]
    items: tuple[Item, ...]
    statistics: Statistics = Statistics()
    gaps: tuple[str, ...] = ()
    address: str = ""

    def door(self, session: Session) -> str:
        """Where notes are added to a session; empty where nobody knows the event's address."""
        return f"{self.address}/s/{session.slug}" if self.address else ""
