"""What stays the same from one export to the next: the ids of things, and when they last changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from backchannel.domain.ids import derived, is_uuid
from backchannel.domain.model import Event, Item, Session, When

LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)  # of what has no date at all; a zip can say none before


def event_id(event: Event) -> str:
    """A UUID for the event: its own, or one made of what names it."""
    return event.uid if is_uuid(event.uid) else derived("event", event.uid or event.slug)


def session_id(event: Event, session: Session | None) -> str:
    """A UUID for the session, or for the event's hallway."""
    guid = session.guid if session else "hallway"
    return guid if is_uuid(guid) else derived("session", event_id(event), guid)


def item_id(event: Event, item: Item) -> str:
    return item.id if is_uuid(item.id) else derived("item", event_id(event), item.id)


def name_id(name: str) -> str:
    """A UUID for somebody of whom nothing but the name is known."""
    return derived("name", name.casefold())


def updated(items: Iterable[Item], session: Session | None, event: Event) -> datetime:
    """When the newest of it came in or was corrected, in whole seconds; of what is empty, when it took place. The clock has
    no say."""
    came = [item.received_at or moment_of(item.at) or LONG_AGO for item in items]
    came += [item.revised_at for item in items if item.revised_at]
    starts = session.starts if session else None
    found = max(came, default=None) or starts or moment_of(event.starts) or LONG_AGO
    return max(found.astimezone(UTC).replace(microsecond=0), LONG_AGO) if _can_be_moved(found) else LONG_AGO


def moment_of(when: When) -> datetime | None:
    """A day begins at midnight, in UTC: where a format wants a moment, that is as good as any."""
    if isinstance(when, datetime) or when is None:
        return when
    return datetime(when.year, when.month, when.day, tzinfo=UTC)


def _can_be_moved(when: datetime) -> bool:
    """The first and last days of the calendar have no time in every zone."""
    return date(2, 1, 1) <= when.date() <= date(9998, 12, 31)
