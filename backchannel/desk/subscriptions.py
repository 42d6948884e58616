"""What hubs are asked and what they tell (WebSub): kept with the feed. The asking itself is ingest/websub's."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from backchannel.desk.desk import Desk
from backchannel.domain.model import Feed
from backchannel.store.base import Writer

ASK_AGAIN = timedelta(hours=1)  # a hub that has not answered
LONGEST = timedelta(days=30)  # that a hub's promise is believed
NUDGES_APART = timedelta(seconds=5)  # a hub that tells all the time is believed now and then


def begin_asking(desk: Desk, feed: Feed) -> Feed | None:
    """The feed with the secret that its hub is to be told; None where the hub need not be asked now. Kept before anybody
    asks, because a hub may answer while it is being asked."""
    now = desk.clock()

    def ask(kept: Feed) -> Feed | None:
        if kept.hub is None or (kept.hub_due_at is not None and kept.hub_due_at > now):
            return None
        return replace(kept, hub_secret=kept.hub_secret or secrets.token_urlsafe(32), hub_due_at=now + ASK_AGAIN)

    return _change(desk, feed, ask)


def believe(desk: Desk, feed: Feed, lease: timedelta) -> Feed | None:
    """The hub has promised to tell for so long; it is asked again when nine tenths of that are over."""
    now, lease = desk.clock(), min(lease, LONGEST)
    return _change(desk, feed, lambda kept: replace(kept, hub_until=now + lease, hub_due_at=now + lease * 0.9))


def nudge_feed(desk: Desk, feed: Feed) -> Feed | None:
    """Have the feed looked at, at once."""
    now = desk.clock()

    def nudge(kept: Feed) -> Feed | None:
        if kept.off:
            return None
        rested = kept.polled_at + NUDGES_APART if kept.polled_at else now
        return replace(kept, nudged=True, due_at=max(now, rested))

    return _change(desk, feed, nudge)


def is_subscribed(feed: Feed, now: datetime) -> bool:
    return feed.hub_until is not None and feed.hub_until > now


def _change(desk: Desk, feed: Feed, change: Callable[[Feed], Feed | None]) -> Feed | None:
    """The feed as it is kept now, changed and kept; None where it is gone, or nothing is to be changed."""

    def job(writer: Writer) -> Feed | None:
        kept = writer.feed(feed.event, feed.id)
        changed = change(kept) if kept else None
        if changed is not None:
            writer.save_feed(changed)
        return changed

    return desk.write(feed.event, job)
