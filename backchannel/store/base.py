"""The contract that every store keeps.

- Times are aware `datetime`s (stored in UTC), bare `date`s, or `None`.
- A `Reader` may be used from any thread. It returns plain values, never rows that stay connected to the database.
- All writing happens in **jobs**. `store.write(job, event)` runs `job(writer)` inside a writing transaction and returns
  the job's result once the commit is on disk. Transactions about the same event run one after another, in all processes.
  An exception raised by a job reaches its caller and undoes that job alone; the other jobs of the same commit are kept. A
  job must not block.
- `seq` comes from a counter row that is raised inside the writing transaction, so seqs appear in commit order.
- Errors: `UnknownEvent`, `UnknownSession`, `UnknownItem` and `AlreadyExists`. `Busy` means that the database stayed
  locked, `DiskFull` that there is no room. After either of these, nothing of the job is stored and reads still work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from backchannel.domain.model import (
    Edition,
    Event,
    Feed,
    Gap,
    Item,
    Placement,
    Record,
    State,
    Tombstone,
)
from backchannel.domain.outcomes import Outcome
from backchannel.store.joining import JoiningReader, JoiningWriter
from backchannel.store.moderation import ModerationReader, ModerationWriter
from backchannel.store.programme import ProgrammeReader, ProgrammeWriter

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A slice of a channel, from `prev` (exclusive) to `seq` (inclusive). Each item appears once, at its latest seq."""

    items: tuple[Item | Tombstone, ...]
    prev: int
    seq: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of an item's text, including versions that were rejected as conflicting."""

    rev: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to an item: who did what and when, and the item's state afterwards."""

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
    """The first answer to an op, with the fingerprint of the op's body."""

    fingerprint: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place where a post was seen: the `id` of the item, and a fingerprint of what that place said."""

    id: str
    feed: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of the visible items in a session."""

    origins: Mapping[str, int]
    kinds: Mapping[str, int]
    note_takers: tuple[str, ...]


Line = tuple[str, int]  # (id, seq) of an item as it is now
HALLWAY = ""  # the `session` of a window of items that belong to no session


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a timeline in reading order. `earlier` and `later` tell whether there is more on either side."""

    lines: tuple[Line, ...]
    earlier: bool
    later: bool


class Reader(ProgrammeReader, ModerationReader, JoiningReader, Protocol):
    """The queries of a store."""

    def epoch(self) -> str:
        """Return the database's id. A restored database gets a new one."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Answer every query inside the `with` block as of one moment, whatever is committed meanwhile. Do not block
        inside it.
        """

    def events(self) -> list[Event]:
        """Return all events, newest first."""

    def event(self, slug: str) -> Event:
        """Return one event. Raises `UnknownEvent`."""

    def heads(self) -> dict[str, int]:
        """Return the latest seq of every event, by slug. Cheap enough to call ten times a second."""

    def permissions(self) -> dict[str, tuple[str, bool, str, str]]:
        """Return what decides who may read each event, by slug: its uid, whether it is public, its generations, and a value
        that changes when a personal pass is revoked or restored.
        """

    def generation(self, slug: str, role: str, session: str | None = None) -> int:
        """Return how many times the passes of a role were replaced, starting at 0."""

    def item(self, event: str, id: str) -> Item:
        """Return one item in any state. Raises `UnknownItem`."""

    def items(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> list[Item]:
        """Return items in reading order: by `at`, then seq. Items without a time come first."""

    def items_by_id(self, event: str, ids: Sequence[str]) -> dict[str, Item]:
        """Return those of the items that exist, by id, in any state."""

    def window(
        self, event: str, session: str | None = None, *, before: str | None = None, after: str | None = None,
        around: str | None = None, limit: int,
    ) -> Window:  # fmt: skip
        """Return at most `limit` visible lines of a session, of the `HALLWAY`, or of the whole event, in reading order.

        They are the newest ones, those next to the item `before` or `after`, or those around the item `around`. With an
        empty `after`, they are the oldest ones. The cost does not depend on the length of the timeline. Raises
        `UnknownItem`.
        """

    def only_new(self, event: str, after: int) -> bool:
        """Return whether every change after the seq `after` added an item, so that none was changed or removed."""

    def outcomes(self, event: str, session: str | None, outcome: Outcome, limit: int) -> tuple[int, list[Line]]:
        """Return how many outcomes of this kind a session (or the event) has, and the newest `limit`, in reading order.
        """

    def hallway(self, event: str, *, limit: int = 100) -> list[Item]:
        """Return the newest visible items that belong to no session, in reading order. A negative limit means all."""

    def history(self, event: str, id: str) -> list[Change]:
        """Return the changes of an item, oldest first."""

    def revisions(self, event: str, id: str) -> list[Revision]:
        """Return every text of an item, oldest first, including conflicting ones."""

    def changes(self, event: str, channel: str, after: int, limit: int) -> Page:
        """Return at most `limit` items and tombstones of the channel after the seq `after`."""

    def page_extent(self, event: str, channel: str, after: int, limit: int) -> tuple[int, int, bool]:
        """Return (last seq, count, more) of the page that `changes` would return, without reading its items.

        A changed item moves to a later page, so pages with equal extents are equal.
        """

    def channel_head(self, event: str, channel: str) -> int:
        """Return the latest seq of a channel, or 0 if nothing was ever published to it."""

    def channel_entries(self, event: str, channel: str, after: int = 0) -> list[tuple[int, str, int]]:
        """Return (seq, id, rev) of the items on the channel after the seq `after`, in seq order. The channel's digest
        is computed from this.
        """

    def stored_answer(self, event: str, author_key: str, op: str) -> StoredAnswer | None:
        """Return the answer that an op got before, or `None` if it is new."""

    def tallies(self, event: str) -> dict[str | None, Tally]:
        """Return the counts of the visible items by session guid; `None` counts the hallway.

        Note-takers come in the order of their first note. Counts are kept on writing, so this is cheap.
        """

    def posts_to_check(self, event: str) -> dict[str | None, int]:
        """Return how many posts are held, unplaced or placed by an uncertain guess, by session guid; `None` is the
        hallway.
        """

    def newest_to_check(self, event: str, limit: int) -> list[str]:
        """Return the ids of the newest of these posts, newest first."""

    def arrivals(self, event: str) -> list[str]:
        """Return the ids of the visible and held items in the order they arrived. Reads the whole event."""

    def activity(self, event: str, since: datetime, step: int) -> dict[str, list[int]]:
        """Return the counts of each session's visible items by `at`, from the minute of `since` on.

        `step` is in seconds and a multiple of 60. Items with a bare date are left out.
        """

    def record(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> Record:
        """Return everything that a write-up is composed from."""

    def feeds(self, event: str | None = None) -> list[Feed]:
        """Return the feeds of one event, or of all events."""

    def feed(self, event: str, id: str) -> Feed | None:
        """Return the feed, or `None` if it was removed."""

    def sources(self, event: str, keys: Sequence[str]) -> dict[str, Source]:
        """Return the sources that are known by any of `keys` (see domain/identity.py), by key."""

    def sources_since(self, event: str, feed: str, since: datetime) -> dict[str, Source]:
        """Return, by key, the feed's sources whose item has an `at` from `since` on and was not withdrawn."""

    def edition(self, event: str, session: str) -> Edition:
        """Return the latest edits to a session's write-up, or an empty `Edition` if nobody edited it."""

    def editions(self, event: str) -> dict[str, Edition]:
        """Return the latest edits of every write-up that somebody edited, by session guid."""

    def gaps(self, event: str) -> tuple[Gap, ...]:
        """Return the periods in which posts may be missing, oldest first."""

    def fingerprints(self, event: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return id -> (text, state) for those of `ids` that exist."""


class Writer(ProgrammeWriter, ModerationWriter, JoiningWriter, Reader, Protocol):
    """The changes a job can make. It also reads what the job has written so far."""

    def save_event(self, event: Event) -> None:
        """Create or update an event; its `head` stays as it is. Raises `AlreadyExists` if another event has the slug.
        """

    def remove_event(self, slug: str) -> None:
        """Delete the event with everything in it."""

    def increment_generation(self, slug: str, role: str, session: str | None = None) -> int:
        """Invalidate all passes of a role (or of a role in one session) and return the new generation."""

    def save_item(
        self, item: Item, channels: Sequence[str], *, do: str, by: str, at: datetime, new_text: bool
    ) -> Item:
        """Store the item at the next seq and return it as stored.

        Publishes it to `channels` and leaves tombstones on channels it was on before. With `new_text`, the text becomes
        a new revision.
        """

    def save_new_items(self, new: Sequence[tuple[Item, Sequence[str]]], *, do: str, by: str, at: datetime) -> None:
        """Store items of one event that do not exist yet, each with its channels, as `save_item` would one by one."""

    def save_conflicting_text(self, item: Item, text: str, *, by: str, at: datetime) -> int:
        """Store a text that was based on an old revision, beside the current one. Returns its revision number."""

    def save_answer(self, event: str, author_key: str, op: str, taken: StoredAnswer) -> None:
        """Remember the first answer to an op for good."""

    def react(self, event: str, id: str, author_key: str, reaction: str, on: bool) -> dict[str, int]:
        """Add or remove one person's reaction. Returns the item's counts by reaction."""

    def save_edition(self, event: str, session: str, edition: Edition, *, by: str, at: datetime) -> Edition:
        """Store the edits to a write-up as the next revision. Earlier revisions are kept."""

    def save_source(self, event: str, key: str, source: Source, *, if_absent: bool = False) -> None:
        """Remember where a post was seen. With `if_absent`, keep an existing entry."""

    def remove_source(self, event: str, key: str) -> None:
        """Forget a key."""

    def save_gap(self, event: str, gap: Gap) -> None:
        """Remember a period in which posts may be missing."""

    def save_feed(self, feed: Feed) -> None:
        """Create or update a feed."""

    def remove_feed(self, event: str, id: str) -> None:
        """Remove a feed. Its posts stay."""

    def attempt(self, step: Callable[[], T]) -> T:
        """Run part of a job; an exception inside it undoes that part alone."""


Job = Callable[[Writer], Any]
Events = Set[str] | None  # the slugs of the events that some jobs touch; `None` means any
JobResult = tuple[bool, Any]  # (True, the job's result) or (False, the exception it raised)


@dataclass(frozen=True, slots=True)
class Repeatable(Generic[T]):
    """A job that may run twice, because it changes nothing but the store.

    A commit of such jobs alone needs no savepoints: if one fails after it has written something, all are rolled back and
    run again.
    """

    job: Callable[[Writer], T]

    def __call__(self, writer: Writer) -> T:
        """Run the job."""
        return self.job(writer)


class Store(Protocol):
    """A database of events."""

    def reader(self) -> Reader:
        """Return a reader for the calling thread."""

    def write(self, job: Callable[[Writer], T], event: str | None = None) -> T:
        """Run `job` in a writing transaction and return its result once it is on disk.

        `event` is the slug of the only event that the job reads and changes. Without it, no other transaction runs
        meanwhile.
        """

    def free_bytes(self) -> int:
        """Return the free disk space in bytes, or a large number if the database is on another machine."""

    def close(self) -> None:
        """Finish pending work and close the files."""
