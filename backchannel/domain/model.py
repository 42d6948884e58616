"""The nouns of an unconference, as values: frozen, comparable, free of any store or clock.

The words are those of docs/glossary.md. Times are aware `datetime`s; where only the day is known, a
`date`; where nothing is known, `None`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Origin = Literal["note", "post", "afterthought"]
Kind = Literal["note", "question", "answer", "action", "pledge", "decision", "quote", "agreement", "link"]
State = Literal["visible", "held", "hidden", "withdrawn"]
Role = Literal["follower", "scribe", "organiser"]
When = datetime | date | None

ORIGINS: tuple[Origin, ...] = ("note", "post", "afterthought")
KINDS: tuple[Kind, ...] = (
    "note", "question", "answer", "action", "pledge", "decision", "quote", "agreement", "link",
)
ROLES: tuple[Role, ...] = ("follower", "scribe", "organiser")

TEXT_LIMIT = 2000  # characters of a note
NAME_LIMIT = 60  # characters of a display name
TITLE_LIMIT = 200  # characters of a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The unconference. `uid` is made once, so that a slug used again is not the same event."""

    slug: str
    title: str
    uid: str = ""
    timezone: str = "UTC"
    starts: date | None = None
    ends: date | None = None
    hashtags: tuple[str, ...] = ()  # without '#', the first is the event's own, the rest aliases
    public: bool = True
    closed: bool = False
    head: int = 0  # the last seq taken
    withheld: tuple[str, ...] = ()  # names that a session without names never shows, beside those the event knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place in the venue (never a Socket.IO room: that is a channel)."""

    name: str
    guid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One discussion on the grid."""

    guid: str
    slug: str
    title: str
    number: int | None = None
    abstract: str = ""
    room: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    leaders: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()  # without '#', as written
    url: str | None = None
    headings: Mapping[str, str] = field(default_factory=dict)  # origin -> an imported document's own heading
    merged_into: str | None = None  # the guid of the session that took it in; it is on the grid no more
    no_names: bool = False  # nothing that goes out of it names anybody (domain/names.py)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A programme as some file gave it. `faults` are sentences: what was wrong, where, what was done about it."""

    title: str
    timezone: str | None = None
    starts: date | None = None
    ends: date | None = None
    rooms: tuple[Room, ...] = ()
    sessions: tuple[Session, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which session an item belongs to is `Item.session`; this is how that was decided.

    `method` is one word (`explicit`, `hashtag`, `author`, `time`, `room`, `hallway`, `person`, ...), `confidence` 0 to 1,
    `reason` a sentence a person can check.
    """

    method: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A note, a post or an afterthought: anything that stands on a timeline.

    `at` is the time it is read under (docs/protocol.md), `written_at` what the writer's clock said.
    `author_key` says whose it is (who may correct it) and is never sent out; `author` is the name shown.
    `sources` of a post: mappings with `feed`, `guid`, `url`.
    """

    id: str
    event: str
    origin: Origin
    text: str
    author: str
    kind: Kind = "note"
    session: str | None = None
    depth: int = 0
    speaker: str | None = None
    html: str = ""
    at: When = None
    written_at: When = None
    received_at: datetime | None = None
    url: str | None = None
    sources: tuple[Mapping[str, str], ...] = ()
    placed: Placement | None = None
    reactions: Mapping[str, int] = field(default_factory=dict)
    state: State = "visible"
    seq: int = 0
    rev: int = 0
    author_key: str = ""
    source_id: str | None = None  # the id it was imported with
    revised_at: datetime | None = None  # when its text was last corrected; None: it is the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left on a channel of an item that went from it. It carries no text."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A raw item of a feed, before it is kept as a post.

    `text` is plain, `html` is safe or empty. `flags` are words on what was odd: `no-date`, `bad-date`, `truncated`, ...
    """

    source_id: str
    text: str
    author: str = ""
    title: str = ""
    html: str = ""
    written_at: datetime | None = None
    url: str | None = None
    hashtags: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One item of a pasted document, before it is kept."""

    origin: Origin
    text: str
    author: str = ""
    depth: int = 0
    at: When = None
    kind: Kind | None = None  # only where the document says so; else it is read from the text
    speaker: str | None = None
    url: str | None = None
    id: str = ""  # only where the document says it: the item is the same one wherever it comes back
    source_id: str | None = None
    sources: tuple[Mapping[str, str], ...] = ()
    reactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One session's worth of a pasted document; with `hallway`, what belongs to no session."""

    title: str
    drafts: tuple[Draft, ...]
    date: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    room: str | None = None
    leaders: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)  # origin -> its own heading
    guid: str = ""  # only where the document says it
    hallway: bool = False
    introduction: str = ""  # to the write-up


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time of which a feed may lack posts: more was written than its host still had when it was asked."""

    begins: datetime
    ends: datetime
    feed: str = ""  # its address


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What people made of a session's write-up by hand; the notes themselves never change by it.

    `pins`, `left_out` and `order` are ids of items; an item that `order` does not name stands behind the one it followed.
    """

    title: str = ""
    introduction: str = ""
    pins: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    published: bool = True
    rev: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that a write-up is composed from: items are in reading order, `pins` are the ids of those pinned, as pinned."""

    event: Event
    sessions: tuple[Session, ...]
    items: tuple[Item, ...]
    rooms: tuple[Room, ...] = ()
    pins: tuple[str, ...] = ()
    editions: Mapping[str, Edition] = field(default_factory=dict)  # by the session's guid
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A hashtag feed of an event, with what the last poll said of it."""

    id: str
    event: str
    url: str
    session: str | None = None  # every post of it belongs there
    title: str = ""
    etag: str | None = None
    modified: str | None = None
    fingerprint: str | None = None  # of the last body, so that the same bytes are not parsed twice
    polled_at: datetime | None = None
    due_at: datetime | None = None
    failures: int = 0
    health: str = "not polled yet"  # in words, for the organiser
    off: bool = False
    newest_at: datetime | None = None  # when its newest post was written, as far as one can believe it
    moved_to: str | None = None  # where its host said, once, that it went for good; believed when said twice
    hub: str | None = None  # who tells of new posts (WebSub), and of the feed under which name
    hub_topic: str | None = None
    hub_secret: str | None = None  # signs what the hub tells, and names the address it tells it at
    hub_due_at: datetime | None = None  # when the hub is to be asked, or asked again
    hub_until: datetime | None = None  # how long it has promised to tell
    nudged: bool = False  # the hub told: to be looked at at once
