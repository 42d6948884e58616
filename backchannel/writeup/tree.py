"""The write-up as a tree: what `compose` makes, and every format walks.

    EventWriteUp
      SessionWriteUp, one a session with anything in it (and one for the hallway)
        thoughts   Thoughts (an author's on a day) > Line
        notes      Line         what was written at the time
        posts      Line         the backchannel
        questions > answers, decisions, commitments, links, people: drawn from the lines above

Values only, ready to be printed: what a format adds is its marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backchannel.domain.links import Link
from backchannel.domain.model import Event, Item, Kind, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item as it is printed.

    `time` is as far as it is known and not clear from the head ("10:05", "9 June 2009 10:05", "9 June 2009" or "");
    `author` is empty where the whole is by one author; `level` is the depth, but never two below the line above;
    `body` is the text without mark and speaker, `reads_as` the kind that the words give (a document may have said another).
    """

    item: Item
    body: str
    reads_as: Kind
    time: str = ""
    author: str = ""
    level: int = 0


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
    `items` are all items of it in reading order.
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
    thoughts_heading: str
    notes_heading: str
    posts_heading: str
    thoughts: tuple[Thoughts, ...] = ()
    notes: tuple[Line, ...] = ()
    posts: tuple[Line, ...] = ()
    questions: tuple[Question, ...] = ()
    decisions: tuple[Line, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    links: tuple[Link, ...] = ()
    people: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A line of the ledger: a commitment or an open question, and where it was made."""

    part: SessionWriteUp
    commitment: Commitment | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWriteUp:
    """The event, written up: sessions by slot, the hallway, the ledger of all that is to be done, who was there."""

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
