"""Feeds: add, find, remove, and save the results of a poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from backchannel.desk.desk import MIN_FREE_FOR_POSTS, Desk
from backchannel.desk.placing import write_placing
from backchannel.desk.posts import IntakeCounts, take_all, withdraw_missing
from backchannel.domain.errors import UnknownFeed
from backchannel.domain.ids import derived
from backchannel.domain.model import Entry, Feed, Gap
from backchannel.store.base import Reader, Writer


def add_feed(desk: Desk, slug: str, url: str, *, session: str | None = None) -> Feed:
    """Add a feed, or change it if it exists. With `session`, all its posts belong to that session."""

    def job(writer: Writer) -> Feed:
        event = writer.event(slug)
        guid = writer.session(slug, session).guid if session else None
        id = derived(event.uid, "feed", url)
        known = {feed.id: feed for feed in writer.feeds(slug)}.get(id)
        feed = replace(known, session=guid, off=False, due_at=None) if known else Feed(
            id=id, event=slug, url=url, session=guid
        )  # fmt: skip
        writer.save_feed(feed)
        return feed

    return desk.write(slug, job)


def find_feed(reader: Reader, slug: str, ref: str) -> Feed:
    """Return a feed by its id or address. Raises `UnknownFeed`."""
    for feed in reader.feeds(slug):
        if ref in (feed.id, feed.url):
            return feed
    raise UnknownFeed(ref, slug)


def remove_feed(desk: Desk, slug: str, ref: str) -> Feed:
    """Remove a feed. Its posts stay."""

    def job(writer: Writer) -> Feed:
        writer.event(slug)
        feed = find_feed(writer, slug, ref)
        writer.remove_feed(slug, feed.id)
        return feed

    return desk.write(slug, job)


def save_poll(
    desk: Desk, feed: Feed, entries: Sequence[Entry], *, covers: datetime | None = None, gap: Gap | None = None
) -> IntakeCounts:
    """Save a poll's entries, validators and next due time in one transaction.

    Does nothing if the feed was removed meanwhile. `covers`: the entries are complete from this time on, so missing
    ones were deleted upstream. `gap`: a period whose posts could not be fetched.
    """

    def job(writer: Writer) -> IntakeCounts:
        known = writer.feed(feed.event, feed.id)
        if known is None:
            return IntakeCounts()
        # An organiser or a hub may have changed these during the poll.
        polled = replace(feed, session=known.session, off=feed.off or known.off, hub_secret=known.hub_secret, hold=known.hold)
        if (feed.hub, feed.hub_topic) == (known.hub, known.hub_topic):
            polled = replace(polled, hub_due_at=known.hub_due_at, hub_until=known.hub_until)
        if known.nudged:
            polled = replace(polled, nudged=True, due_at=known.due_at)
        writer.save_feed(polled)
        if gap is not None:
            writer.save_gap(feed.event, replace(gap, feed=feed.url))
        if not entries and covers is None:
            return IntakeCounts()
        taken = take_all(desk, writer, writer.event(feed.event), entries, polled)
        if covers is not None:
            taken += withdraw_missing(writer, feed, entries, covers, desk.clock())
        return taken

    desk.require_space(MIN_FREE_FOR_POSTS)
    return write_placing(desk, feed.event, job) if entries else desk.write(feed.event, job)
