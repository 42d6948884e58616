"""Coverage: which sessions have note-takers, and what waits for the organisers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backchannel.domain.model import Feed, Item
from backchannel.store.base import Reader

PRESENT_FOR = timedelta(minutes=5)  # after a note, its writer counts as present for this long
LINES_READ = 60  # newest lines of a session that are searched for notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The coverage of one session. `last_note` is when the newest note arrived, if it is among the newest lines."""

    present: tuple[str, ...]
    last_note: datetime | None
    waiting: int
    ill_feeds: int


def session_coverage(reader: Reader, slug: str, guid: str, now: datetime, waiting: int, feeds: list[Feed]) -> Coverage:
    """Return the coverage of a session now. `feeds` are the event's."""
    notes = newest_notes(reader, slug, guid)
    return Coverage(
        present=tuple(dict.fromkeys(note.author for note in notes if note.author and is_recent(note, now))),
        last_note=max((note.received_at for note in notes if note.received_at), default=None),
        waiting=waiting,
        ill_feeds=sum(is_ill(feed) for feed in feeds if feed.session == guid),
    )


def newest_notes(reader: Reader, slug: str, guid: str) -> list[Item]:
    """Return the notes among a session's newest lines."""
    window = reader.window(slug, guid, limit=LINES_READ)
    found = reader.items_by_id(slug, [id for id, _ in window.lines]).values()
    return [item for item in found if item.origin == "note" and item.state == "visible"]


def is_recent(note: Item, now: datetime) -> bool:
    """Return whether the note arrived so recently that its writer counts as present."""
    return note.received_at is not None and now - note.received_at < PRESENT_FOR


def is_ill(feed: Feed) -> bool:
    """Return whether the feed needs attention."""
    return feed.off or feed.failures > 0
