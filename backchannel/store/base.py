"""The contract of a store: what every one of them keeps, whatever keeps it.

- Times in and out are aware `datetime`s (kept in UTC), bare `date`s, or `None`.
- A `Reader` may be used from any thread; what it returns are values, not rows that live on.
- All writing is done in **jobs**: `store.write(job)` runs `job(writer)` inside the store's one writing transaction and
  returns what the job returns, only after the commit is on disk. What a job raises is raised to its caller, and nothing
  that the job wrote is kept; its neighbours in the same commit are not touched. Jobs must not wait for anything.
- `seq` is taken from a counter row inside the writing transaction, so that seqs appear in the order they were committed.
- Errors: `UnknownEvent`, `UnknownSession`, `UnknownItem`, `Taken`; `Busy` where the database stayed locked,
  `DiskFull` where there is no room. After either of the last two nothing of the job is kept and reads go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from backchannel.domain.model import (
    Edition,
    Event,
    Feed,
    Gap,
    Item,
    Placement,
    Record,
    Room,
    Session,
    State,
    Tombstone,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A piece of a channel's order, from `prev` (excluded) to `seq` (included): each item once, at its last seq."""

    items: tuple[Item | Tombstone, ...]
    prev: int
    seq: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A text that an item had, or was offered."""

    rev: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who did what to an item when, and how it stood afterwards."""

    seq: int
    id: str
    do: str
    by: str
    at: datetime
    session: str | None
    state: State
    rev: int
    placed: Placement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An op that was taken before: the fingerprint of its body, and the first answer."""

    fingerprint: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a post is known from: the item's `id`, and what it looked like there."""

    id: str
    feed: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What stands in a session, counted."""

    origins: Mapping[str, int]
    kinds: Mapping[str, int]
    note_takers: tuple[str, ...]


class Reader(Protocol):
    """What can be asked."""

    def epoch(self) -> str:
        """The database's own id; a restored one has a new one."""

    def snapshot(self) -> AbstractContextManager[None]:
        """What is asked within is answered as of one moment, whatever is committed meanwhile. Nothing may be waited for."""

    def events(self) -> list[Event]:
        """All events, newest first."""

    def event(self, slug: str) -> Event:
        """One event, or `UnknownEvent`."""

    def heads(self) -> dict[str, int]:
        """The last seq of every event, by slug: cheap enough to be asked ten times a second."""

    def generation(self, slug: str, role: str, session: str | None = None) -> int:
        """How often the passes of a role were made anew; 0 at first."""

    def rooms(self, event: str) -> tuple[Room, ...]:
        """In the order of the schedule."""

    def sessions(self, event: str) -> tuple[Session, ...]:
        """In the order of the grid: by start, then room, then number."""

    def anonymous_sessions(self, event: str) -> frozenset[str]:
        """The guids of the sessions without names: cheap enough to be asked for every frame."""

    def merged_sessions(self, event: str) -> dict[str, str]:
        """Sessions that were taken in by others, and by which, by guid; they are not among `sessions`."""

    def session(self, event: str, ref: str) -> Session:
        """One session by guid or slug, or `UnknownSession`."""

    def item(self, event: str, id: str) -> Item:
        """One item in whatever state, or `UnknownItem`."""

    def items(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> list[Item]:
        """In reading order: (`at`, seq), what has no time first."""

    def hallway(self, event: str, *, limit: int = 100) -> list[Item]:
        """The newest visible items that belong to no session, in reading order."""

    def history(self, event: str, id: str) -> list[Change]:
        """What was done to an item, oldest first."""

    def revisions(self, event: str, id: str) -> list[Revision]:
        """Every text of an item, oldest first; those offered on a stale revision too."""

    def changes(self, event: str, channel: str, after: int, limit: int) -> Page:
        """The channel from `after` on, at most `limit` items or tombstones."""

    def page_extent(self, event: str, channel: str, after: int, limit: int) -> tuple[int, int, bool]:
        """(last seq, count, more) of that page without reading it. An item that changes leaves its page for a later one,
        so that equal extents are equal pages."""

    def channel_head(self, event: str, channel: str) -> int:
        """The last seq of a channel; 0 where nothing ever stood on it."""

    def channel_entries(self, event: str, channel: str) -> list[tuple[int, str, int]]:
        """(seq, id, rev) of what is present on the channel, in seq order: what its digest is made of."""

    def stored_answer(self, event: str, author_key: str, op: str) -> StoredAnswer | None:
        """What was answered to an op, if it was taken before."""

    def tallies(self, event: str) -> dict[str | None, Tally]:
        """Counts of visible items by session; `None` is the hallway."""

    def activity(self, event: str, since: datetime, step: int) -> dict[str, list[int]]:
        """Visible items by session, counted in steps of `step` seconds from `since` on, by `at`."""

    def record(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> Record:
        """All that a write-up is composed from."""

    def feeds(self, event: str | None = None) -> list[Feed]:
        """The feeds of an event, or of all."""

    def feed(self, event: str, id: str) -> Feed | None:
        """One feed, if it was not taken away."""

    def sources(self, event: str, keys: Sequence[str]) -> dict[str, Source]:
        """Those of the keys (domain/identity.py) under which a post is known."""

    def sources_since(self, event: str, feed: str, since: datetime) -> dict[str, Source]:
        """What a feed brought that is read under a time from `since` on and was not withdrawn, by key."""

    def edition(self, event: str, session: str) -> Edition:
        """What people made of a session's write-up; an untouched one where nobody did."""

    def editions(self, event: str) -> dict[str, Edition]:
        """The same for all sessions that somebody touched, by guid."""

    def gaps(self, event: str) -> tuple[Gap, ...]:
        """Times of which posts may be missing, in order."""

    def fingerprints(self, event: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """id -> (text, state) of those of `ids` that are kept: what take_entries compares with."""


class Writer(Reader, Protocol):
    """What can be done inside a job; it reads what it has written."""

    def save_event(self, event: Event) -> None:
        """Make an event, or change it (its `head` is never touched). A slug in use by another `uid`: `Taken`."""

    def remove_event(self, slug: str) -> None:
        """Take the event away with all that is in it."""

    def increment_generation(self, slug: str, role: str, session: str | None = None) -> int:
        """Passes made before are worth nothing from now on."""

    def save_rooms(self, event: str, rooms: Sequence[Room]) -> None:
        """The event's rooms are these, in this order."""

    def save_session(self, event: str, session: Session) -> None:
        """Make a session, or change it."""

    def remove_session(self, event: str, guid: str) -> None:
        """Take a session off the grid; its items must have been moved before."""

    def save_item(
        self, item: Item, channels: Sequence[str], *, do: str, by: str, at: datetime, new_text: bool
    ) -> Item:
        """Give the item the next seq, put it on `channels`, leave tombstones on those it left. `new_text`: the text is
        a new revision. Returns the item as it now stands."""

    def save_conflicting_text(self, item: Item, text: str, *, by: str, at: datetime) -> int:
        """Keep a text that was written on a stale revision, beside the one that stands. Returns its rev."""

    def save_answer(self, event: str, author_key: str, op: str, taken: StoredAnswer) -> None:
        """Remember the first answer to an op, for ever."""

    def react(self, event: str, id: str, author_key: str, reaction: str, on: bool) -> dict[str, int]:
        """One person's reaction, on or off. Returns the item's counts."""

    def save_edition(self, event: str, session: str, edition: Edition, *, by: str, at: datetime) -> Edition:
        """Keep a write-up as the next revision; those before stay."""

    def save_source(self, event: str, key: str, source: Source, *, if_absent: bool = False) -> None:
        """Know a post under a key; with `if_absent`, only if none is known under it."""

    def remove_source(self, event: str, key: str) -> None:
        """Forget a key."""

    def save_gap(self, event: str, gap: Gap) -> None:
        """Remember that posts may be missing."""

    def save_feed(self, feed: Feed) -> None:
        """Make a feed, or change it."""

    def remove_feed(self, event: str, id: str) -> None:
        """Take a feed away; its posts stay."""

    def attempt(self, step: Callable[[], T]) -> T:
        """Run a part of the job so that, if it raises, that part alone is undone."""


class Store(Protocol):
    """Where everything is kept."""

    def reader(self) -> Reader:
        """For asking."""

    def write(self, job: Callable[[Writer], T]) -> T:
        """Run `job` in the writing transaction; return when it is on disk."""

    def free_bytes(self) -> int:
        """How much room there is left to keep things in."""

    def close(self) -> None:
        """Finish what is under way and let go of the files."""
