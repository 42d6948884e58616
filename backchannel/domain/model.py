"""The nouns of an unconference as frozen, comparable values.

docs/glossary.md defines them. Times are aware `datetime`s, bare `date`s where only the day is known, or `None`.
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
Hold = Literal["none", "strangers", "all"]  # which posts wait for approval
FeedHold = Literal["", "none", "strangers", "all"]  # empty: as the event says
RoomWish = Literal["", "small", "medium", "large"]
PitchState = Literal["open", "placed", "declined"]
When = datetime | date | None

ORIGINS: tuple[Origin, ...] = ("note", "post", "afterthought")
KINDS: tuple[Kind, ...] = (
    "note", "question", "answer", "action", "pledge", "decision", "quote", "agreement", "link",
)
ROLES: tuple[Role, ...] = ("follower", "scribe", "organiser")
ROOM_WISHES: tuple[RoomWish, ...] = ("", "small", "medium", "large")

TEXT_LIMIT = 2000  # characters in a note
NAME_LIMIT = 60  # characters in a display name
TITLE_LIMIT = 200  # characters in a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An event's moderation settings. Zero turns `reports_to_hold` and `slow_s` off."""

    hold: Hold = "none"
    trusted_after: int = 1  # visible posts after which an author is no longer a stranger
    reports_to_hold: int = 0  # different people who must report an item before it is held
    slow_s: int = 0  # seconds between two notes with one pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The unconference. `uid` tells it from a later event with the same slug."""

    slug: str
    title: str
    uid: str = ""
    timezone: str = "UTC"
    starts: date | None = None
    ends: date | None = None
    hashtags: tuple[str, ...] = ()  # without '#'; the first is the event's own, the others are aliases
    public: bool = True
    closed: bool = False
    head: int = 0  # the latest seq
    withheld: tuple[str, ...] = ()  # further names that sessions without names never show
    version: int = 0  # raised when the event, its rooms, sessions or write-ups change
    programme: int = 0  # raised by every change of the grid
    pitches: int = 0  # raised by every pitch and every vote
    policy: Policy = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place in the venue. (Socket.IO's rooms are called channels here.)"""

    name: str
    guid: str = ""
    seats: int | None = None
    position: int = 0  # rooms are shown in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time on the grid in which sessions run in parallel. It exists before any session is in it."""

    guid: str
    starts: datetime
    ends: datetime


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
    headings: Mapping[str, str] = field(default_factory=dict)  # origin -> heading in the imported document
    merged_into: str | None = None  # the guid of its successor; a merged session is not on the grid
    no_names: bool = False  # no output names anybody in it (domain/names.py)
    cancelled: bool = False  # it stays on the grid, marked as cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Pitch:
    """A session that somebody proposed. It keeps its guid when it becomes a session."""

    guid: str
    title: str
    leader: str = ""
    wish: RoomWish = ""  # the size of room it needs
    by: str = ""  # the author key of who proposed it; never published
    at: datetime | None = None
    state: PitchState = "open"
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A programme read from a file. `faults` are sentences: what was wrong, where, and what was done about it."""

    title: str
    timezone: str | None = None
    starts: date | None = None
    ends: date | None = None
    rooms: tuple[Room, ...] = ()
    sessions: tuple[Session, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How an item's session was decided. `Item.session` is the session itself.

    `method` is one word (`explicit`, `hashtag`, `author`, `time`, `room`, `hallway`, `person`, ...), `confidence` is
    from 0 to 1, and `reason` is a sentence for people.
    """

    method: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A note, a post or an afterthought.

    `at` is the time it is read under (docs/protocol.md), `written_at` the time of the writer's clock. `author_key`
    identifies who may correct it and is never published; `author` is the displayed name. The `sources` of a post are
    mappings with `feed`, `guid` and `url`.
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
    revised_at: datetime | None = None  # when its text was last corrected; None for the first revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Marks that an item left a channel. It carries no text."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of a feed, before it is saved as a post.

    `text` is plain, `html` is sanitised or empty. `flags` name irregularities: `no-date`, `bad-date`, `truncated`, ...
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
    """One line of an imported document, before it is saved as an item."""

    origin: Origin
    text: str
    author: str = ""
    depth: int = 0
    at: When = None
    kind: Kind | None = None  # only if the document gives it; otherwise it is parsed from the text
    speaker: str | None = None
    url: str | None = None
    id: str = ""  # only if the document gives it; the same id is the same item
    source_id: str | None = None
    sources: tuple[Mapping[str, str], ...] = ()
    reactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The part of an imported document about one session, or with `hallway` about none."""

    title: str
    drafts: tuple[Draft, ...]
    date: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    room: str | None = None
    leaders: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)  # origin -> heading in the document
    guid: str = ""  # only if the document gives it
    hallway: bool = False
    introduction: str = ""  # of the write-up


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A period in which a feed's posts may be missing, because its host had dropped them before the poll."""

    begins: datetime
    ends: datetime
    feed: str = ""  # its address


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The edits to a session's write-up. The notes themselves never change.

    `pins`, `left_out` and `order` are item ids. An item missing from `order` follows the one it followed before.
    """

    title: str = ""
    introduction: str = ""
    pins: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    published: bool = True
    rev: int = 0

    @property
    def indexable(self) -> bool:
        """Return whether search engines may list the write-up: it is public, and somebody edited or published it."""
        return self.published and self.rev > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything a write-up is composed from. `items` are in reading order, `pins` are item ids."""

    event: Event
    sessions: tuple[Session, ...]
    items: tuple[Item, ...]
    rooms: tuple[Room, ...] = ()
    pins: tuple[str, ...] = ()
    editions: Mapping[str, Edition] = field(default_factory=dict)  # by session guid
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A hashtag feed of an event, with the results of the last poll."""

    id: str
    event: str
    url: str
    session: str | None = None  # all its posts belong to this session
    title: str = ""
    etag: str | None = None
    modified: str | None = None
    fingerprint: str | None = None  # of the last body, so that the same bytes are not parsed twice
    polled_at: datetime | None = None
    due_at: datetime | None = None
    failures: int = 0
    health: str = "not polled yet"  # a sentence for the organiser
    off: bool = False
    hold: FeedHold = ""
    newest_at: datetime | None = None  # when its newest post was written
    moved_to: str | None = None  # a permanent redirect seen once; it is followed when seen twice
    hub: str | None = None  # WebSub hub, and the feed's name there
    hub_topic: str | None = None
    hub_secret: str | None = None  # signs the hub's messages and identifies the callback address
    hub_due_at: datetime | None = None  # when to subscribe again
    hub_until: datetime | None = None  # the end of the hub's lease
    nudged: bool = False  # the hub announced something new


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSchedule:
    """The address that an event's programme follows, with the results of the last look. An event has at most one."""

    event: str
    url: str
    etag: str | None = None
    modified: str | None = None
    looked_at: datetime | None = None
    due_at: datetime | None = None
    failures: int = 0
    health: str = "It was not looked at yet."  # for the organiser
