"""Channels of an item, and the time it is read under. Both are decided when it is written, never by filtering on
reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .model import Event, Item

EVENT = "event"  # everything public in the event, including the hallway
STAFF = "staff"  # what organisers see, including held and hidden items


def session_channel(guid: str) -> str:
    """Return the name of a session's channel."""
    return f"session/{guid}"


def session_of(channel: str) -> str | None:
    """Return the guid of a session's channel, or None for another channel."""
    return channel.removeprefix("session/") if channel.startswith("session/") else None


def channels_of(item: Item) -> tuple[str, ...]:
    """Return the channels the item is present on. Every other channel it was on gets a tombstone.

    visible    event, its session, staff
    held       staff
    hidden     staff
    withdrawn  nowhere
    """
    if item.state == "withdrawn":
        return ()
    if item.state != "visible":
        return (STAFF,)
    if item.session is None:
        return (EVENT, STAFF)
    return (EVENT, session_channel(item.session), STAFF)


class Digest:
    """The first 16 hex digits of SHA-256 over the lines "seq id rev", joined with newlines, in seq order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._separator = ""

    def __str__(self) -> str:
        return self._hash.hexdigest()[:16]

    def extended(self, more: Iterable[tuple[int, str, int]]) -> Digest:
        """Return the digest with more items behind those it has."""
        extended = Digest()
        lines = "\n".join(f"{seq} {id} {rev}" for seq, id, rev in more)
        extended._hash = self._hash.copy()
        extended._hash.update(f"{self._separator if lines else ''}{lines}".encode())
        extended._separator = "\n" if lines else self._separator
        return extended


def digest(present: Iterable[tuple[int, str, int]]) -> str:
    """Return the digest of all items of a channel."""
    return str(Digest().extended(present))


def reading_time(event: Event, written_at: datetime | None, sent_at: datetime | None, received: datetime) -> datetime:
    """Return `at`: the writer's time, corrected by their clock's offset, between a day before the event and the
    receipt.

    A phone that is an hour fast writes at 11:05 (its time) and sends at 11:07 (its time). If it is 10:07, then at =
    10:05.
    """
    if written_at is None:
        return received
    try:
        at = written_at + (received - sent_at) if sent_at is not None else written_at
    except OverflowError:
        return received
    return min(max(at, _earliest(event)), received)


def _earliest(event: Event) -> datetime:
    if event.starts is None:
        return datetime(1970, 1, 1, tzinfo=UTC)
    midnight = datetime.combine(event.starts, time(), ZoneInfo(event.timezone))
    return midnight.astimezone(UTC) - timedelta(days=1)
