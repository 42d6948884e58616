"""Values that stay the same from one export to the next: ids and modification times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from backchannel.domain.ids import derived, is_uuid
from backchannel.domain.model import Event, Item, Session, When

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # for data without any date; zip files can't go further back


def event_id(event: Event) -> str:
    """Return a UUID for the event: its own, or one derived from its name."""
    return event.uid if is_uuid(event.uid) else derived("event", event.uid or event.slug)


def session_id(event: Event, session: Session | None) -> str:
    """Return a UUID for the session, or for the event's hallway."""
    guid = session.guid if session else "hallway"
    return guid if is_uuid(guid) else derived("session", event_id(event), guid)


def item_id(event: Event, item: Item) -> str:
    return item.id if is_uuid(item.id) else derived("item", event_id(event), item.id)


def name_id(name: str) -> str:
    """Return a UUID for a person of whom only the name is known."""
    return derived("name", name.casefold())


def updated(items: Iterable[Item], session: Session | None, event: Event) -> datetime:
    """Return when the newest item came in or was corrected, in whole seconds.

    Without items it is the time of the session. The current time plays no part.
    """
    came = [item.received_at or moment_of(item.at) or EARLIEST for item in items]
    came += [item.revised_at for item in items if item.revised_at]
    starts = session.starts if session else None
    found = max(came, default=None) or starts or moment_of(event.starts) or EARLIEST
    return max(found.astimezone(UTC).replace(microsecond=0), EARLIEST) if _can_be_moved(found) else EARLIEST


def moment_of(when: When) -> datetime | None:
    """Return a moment for formats that need one. A day becomes midnight UTC."""
    if isinstance(when, datetime) or when is None:
        return when
    return datetime(when.year, when.month, when.day, tzinfo=UTC)


def _can_be_moved(when: datetime) -> bool:
    """Return whether the time can be converted between zones, unlike the first and last days of the calendar."""
    return date(2, 1, 1) <= when.date() <= date(9998, 12, 31)
