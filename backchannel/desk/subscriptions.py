"""WebSub subscriptions, stored with their feed. ingest/websub sends the requests."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from backchannel.desk.desk import Desk
from backchannel.domain.model import Feed
from backchannel.store.base import Writer

RETRY_AFTER = timedelta(hours=1)  # to a hub that has not answered
MAX_LEASE = timedelta(days=30)  # longest lease that is accepted
MIN_NUDGE_INTERVAL = timedelta(seconds=5)  # a hub that pings all the time is obeyed now and then


def begin_subscribing(desk: Desk, feed: Feed) -> Feed | None:
    """Return the feed with a secret for its hub, or None if the hub need not be asked now.

    Saved before the request is sent, because a hub may answer while it is still being asked.
    """
    now = desk.clock()

    def ask(kept: Feed) -> Feed | None:
        if kept.hub is None or (kept.hub_due_at is not None and kept.hub_due_at > now):
            return None
        return replace(kept, hub_secret=kept.hub_secret or secrets.token_urlsafe(32), hub_due_at=now + RETRY_AFTER)

    return _change(desk, feed, ask)


def save_lease(desk: Desk, feed: Feed, lease: timedelta) -> Feed | None:
    """Save the hub's lease. The hub is asked again after nine tenths of it."""
    now, lease = desk.clock(), min(lease, MAX_LEASE)
    return _change(desk, feed, lambda kept: replace(kept, hub_until=now + lease, hub_due_at=now + lease * 0.9))


def nudge_feed(desk: Desk, feed: Feed) -> Feed | None:
    """Make the feed due for a poll now."""
    now = desk.clock()

    def nudge(kept: Feed) -> Feed | None:
        if kept.off:
            return None
        rested = kept.polled_at + MIN_NUDGE_INTERVAL if kept.polled_at else now
        return replace(kept, nudged=True, due_at=max(now, rested))

    return _change(desk, feed, nudge)


def is_subscribed(feed: Feed, now: datetime) -> bool:
    """Return whether a hub's lease is running."""
    return feed.hub_until is not None and feed.hub_until > now


def _change(desk: Desk, feed: Feed, change: Callable[[Feed], Feed | None]) -> Feed | None:
    """Change the stored feed and return it, or None if it is gone or unchanged."""

    def job(writer: Writer) -> Feed | None:
        kept = writer.feed(feed.event, feed.id)
        changed = change(kept) if kept else None
        if changed is not None:
            writer.save_feed(changed)
        return changed

    return desk.write(feed.event, job)
