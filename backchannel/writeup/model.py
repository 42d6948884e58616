"""The write-up as a tree of values, made by `compose` and read by every format.

    EventWriteUp
      SessionWriteUp, one for each session with content (and one for the hallway)
        key_points KeyPoint     what to read first: pinned, agreed with, or chosen automatically
        thoughts   Thoughts (an author's on a day) > Line: afterthoughts, and notes written after the session's end
        notes      Line         what was written at the time
        posts      Line         the backchannel
        questions > answers, decisions, commitments, links, speakers, people: derived from the lines above
      statistics   Statistics > Bar
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
    """One item, ready to print.

    `time` leaves out what the head already says ("10:05", "9 June 2009 10:05", "9 June 2009" or ""). `author` is empty
    if everything is by one author. `level` is the depth, limited to one below the line above. `body` is the text
    without mark and speaker; `reads_as` and `names` are the kind and speaker parsed from it, although the document may
    give others. `others` are near-identical notes of other people, or reshares of a post.
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
        """Return whether its text was changed."""
        return self.item.rev > 1

    @property
    def agreed(self) -> int:
        """Return how many people agreed with it."""
        return sum(self.item.reactions.values())

    @property
    def voices(self) -> tuple[str, ...]:
        """Return everybody who wrote it, each once."""
        return tuple(dict.fromkeys(line.author for line in (self, *self.others) if line.author))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPoint:
    """A line to read first, and why: pinned by an organiser, agreed with, or chosen automatically."""

    line: Line
    why: Literal["pinned", "agreed", "picked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thoughts:
    """The thoughts of one author on one day, one paragraph an item."""

    author: str
    updated: date | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and its answers."""

    line: Line
    answers: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """An action or a pledge. `owner` is empty if nobody was named."""

    kind: Kind
    owner: str
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWriteUp:
    """The write-up of a session, or of the hallway if `session` is None.

    `when` is like "8 June 2009, 10:00–10:45" in `zone`. `sole_author` is set if one person wrote all notes and
    thoughts. `items` are all items in reading order, `gaps` sentences.
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
    introduction: str = ""  # typed by an editor
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
        """Return the counts as words: "6 notes, 1 post, 1 afterthought"."""
        counts = Counter(item.origin for item in self.items)
        return ", ".join(
            f"{counts[origin]} {origin}{'s' * (counts[origin] != 1)}" for origin in ORIGINS if counts[origin]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A line of the ledger: a commitment or an open question, with its session."""

    part: SessionWriteUp
    commitment: Commitment | None = None
    question: Question | None = None

    @property
    def line(self) -> Line:
        """Return the line it was made in."""
        if self.commitment:
            return self.commitment.line
        assert self.question, "it is one or the other"
        return self.question.line

    @property
    def owner(self) -> str:
        """Return who has to do it."""
        return self.commitment.owner if self.commitment else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How much was written in a period or a session."""

    label: str
    notes: int
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The figures. `day` has a bar for each period between the first and the last note, `sessions` one for each
    session.
    """

    day: tuple[Bar, ...] = ()
    sessions: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWriteUp:
    """The write-up of the event: sessions by slot, the hallway, the ledger, and the people.

    `address` is the event's address on the web, if known, where notes can still be added.
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
        """Return the address for adding notes to a session, or an empty string."""
        return f"{self.address}/s/{session.slug}" if self.address else ""
