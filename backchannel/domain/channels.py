"""On which channels an item stands, and when it is read under. Decided when it is written, never filtered at reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .model import Event, Item

EVENT = "event"  # all that is public in the event, hallway included
STAFF = "staff"  # what organisers see: what is held and hidden too


def session_channel(guid: str) -> str:
    return f"session/{guid}"


def channels_of(item: Item) -> tuple[str, ...]:
    """Where the item is present; it leaves a tombstone on every other channel it once stood on.

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


def digest(present: Iterable[tuple[int, str, int]]) -> str:
    """The first 16 hex digits of SHA-256 over the lines "seq id rev", joined with newlines, in seq order."""
    lines = "\n".join(f"{seq} {id} {rev}" for seq, id, rev in present)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def reading_time(event: Event, written_at: datetime | None, sent_at: datetime | None, received: datetime) -> datetime:
    """`at`: the writer's time, put right by what her clock was off when she sent it, never after its receipt nor over a
    day before the event.

    A phone that is an hour fast wrote at 11:05 (its time) and sends at 11:07 (its time); it is 10:07:  at = 10:05.
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
