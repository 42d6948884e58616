"""One poll of one feed: fetch, parse, and decide what to save and when to poll again. It saves nothing itself.

    poll_feed(feed, fetcher=..., now=...)  ->  Poll(feed with new state, entries, ...)

Every outcome is a `Poll` with the feed's health in words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from http import HTTPStatus
from itertools import pairwise
from urllib.parse import urlsplit

from backchannel.domain.errors import BackchannelError, FeedRefused, NotAFeed
from backchannel.domain.model import Entry, Feed, Gap
from backchannel.domain.times import MONTHS

from .catch_up import Fetcher, catch_up, more_of
from .entries import read_entries
from .fetch import Answer
from .parse import FeedContents
from .websub import with_hub

MIN_INTERVAL_S = 15.0  # seconds between two polls while posts arrive
MAX_INTERVAL_S = 300.0  # in quiet times on the event's days
FOREIGN_HOST_INTERVAL_S = 60.0  # between two requests to a host without cache headers
MAX_CACHE_DELAY_S = 600.0  # the most that a host's cache headers delay a poll
BACKOFF_S = (60.0, 6 * 3600.0)  # after the first failure; at most
MAX_RETRY_AFTER_S = 24 * 3600.0  # longest Retry-After that is obeyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The outcome of a poll. `feed` is the feed to save: validators, health, due time.

    From `covers` on, `entries` are complete, so a later post missing from them was deleted; None if unknown. `gap` is a
    period whose posts could not be fetched.
    """

    feed: Feed
    entries: tuple[Entry, ...] = ()
    covers: datetime | None = None
    gap: Gap | None = None
    apart: float = FOREIGN_HOST_INTERVAL_S  # seconds until the next request to this host


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The polling intervals. `jitter` is from 0 to 1. `setting`, in seconds, overrides what host and posts suggest."""

    setting: float = 0.0
    near: bool = False  # one of our own hosts, allowed by a setting
    slowest: float = MAX_INTERVAL_S
    jitter: float = 0.0

    def apart(self, max_age: float | None) -> float:
        """Return the seconds between two requests to the host, for whatever feed."""
        if self.near:
            return 0.0
        return self.setting or max(MIN_INTERVAL_S, max_age or FOREIGN_HOST_INTERVAL_S)

    def next_look(self, now: datetime, newest_at: datetime | None, max_age: float | None) -> datetime:
        """Return when to poll again: after 15 seconds while posts arrive, later the longer it is quiet."""
        if self.setting:
            return now + timedelta(seconds=self.setting)
        quiet = (now - newest_at).total_seconds() if newest_at else self.slowest * 20
        wanted = min(max(quiet / 20, MIN_INTERVAL_S), self.slowest)
        polite = min(max(self.apart(max_age), max_age or 0.0), MAX_CACHE_DELAY_S)
        return now + timedelta(seconds=max(wanted, polite) * (1 + self.jitter / 10))

    def back_off(self, now: datetime, failures: int) -> datetime:
        """Return when to retry: after one minute, two, four, up to six hours, but never sooner than a normal poll."""
        first, most = BACKOFF_S
        seconds = min(first * 2 ** min(failures - 1, 20), most)
        return now + timedelta(seconds=max(seconds, self.setting) * (1 + self.jitter / 10))


def poll_feed(
    feed: Feed,
    *,
    fetcher: Fetcher,
    now: datetime,
    pace: Pace | None = None,
    zone: tzinfo = UTC,
    reader: Callable[..., FeedContents] = read_entries,
) -> Poll:
    """Poll the feed. `zone` is the event's, for times in the health message."""
    look = _Look(feed, now, pace or Pace(), zone)
    try:
        answer = fetcher(feed.url, etag=feed.etag, modified=feed.modified)
        if answer.status not in (200, 304):
            return look.other_status(answer)
        fingerprint = hashlib.sha256(answer.body).hexdigest()[:32]
        if answer.status == 304 or fingerprint == feed.fingerprint:
            return look.unchanged(answer)
        contents = reader(answer.body, content_type=answer.content_type, base_url=answer.url, now=now)
        entries = tuple(entry for entry in contents.entries if "empty" not in entry.flags)
        more = more_of(answer, contents)
        entries, gap = catch_up(entries, feed.newest_at, more, fetcher=fetcher, reader=reader, now=now)
        return look.brought(answer, contents, entries, gap, fingerprint)
    except BackchannelError as error:
        return look.failed(error)


@dataclass(frozen=True, slots=True)
class _Look:
    """Turns an answer into a `Poll`."""

    feed: Feed
    now: datetime
    pace: Pace
    zone: tzinfo

    def unchanged(self, answer: Answer) -> Poll:
        return self._sound(answer, replace(self.feed), note="")

    def brought(
        self, answer: Answer, contents: FeedContents, entries: tuple[Entry, ...], gap: Gap | None, fingerprint: str
    ) -> Poll:
        dates = [entry.written_at for entry in entries if entry.written_at]
        seen = [self.feed.newest_at] if self.feed.newest_at else []
        newest = max([*dates, *seen], default=self.now if entries else None)
        title = contents.title or self.feed.title
        feed = replace(self.feed, title=title, fingerprint=fingerprint, newest_at=newest)
        feed = with_hub(feed, contents.links.get("hub") or answer.hub, contents.links.get("self") or answer.self_url)
        note = self._missing(gap) or _problems(contents, len(entries))
        covers = _covered_since(entries) if gap is None and not {"cut", "many"} & set(contents.flags) else None
        return replace(self._sound(answer, feed, note), entries=entries, covers=covers, gap=gap)

    def _missing(self, gap: Gap | None) -> str:
        return f", posts may be missing from {self._time(gap.begins)} to {self._time(gap.ends)}" if gap else ""

    def _sound(self, answer: Answer, feed: Feed, note: str) -> Poll:
        moved = answer.moved_to is not None and answer.moved_to == feed.moved_to
        last = f"last new post {self._time(feed.newest_at)}" if feed.newest_at else "no post yet"
        feed = replace(
            feed,
            url=answer.moved_to if moved and answer.moved_to else feed.url,
            moved_to=None if moved else answer.moved_to,
            etag=answer.etag or (feed.etag if answer.status == 304 else None),
            modified=answer.modified or (feed.modified if answer.status == 304 else None),
            polled_at=self.now,
            due_at=self.pace.next_look(self.now, feed.newest_at, answer.max_age),
            failures=0,
            health=f"answers {answer.status}, {last}{note}"
            + (", moved permanently" if moved else "")
            + (", announced by its hub" if feed.hub_until and feed.hub_until > self.now else ""),
        )
        return Poll(feed=feed, apart=self.pace.apart(answer.max_age))

    def other_status(self, answer: Answer) -> Poll:
        """Handle any other status. 410 is final; the rest is retried when the server says so or after a backoff."""
        if answer.status == 410:
            health = "gone: its host removed it for good; no longer polled"
            return Poll(feed=replace(self.feed, off=True, polled_at=self.now, due_at=None, health=health))
        due = self.pace.back_off(self.now, self.feed.failures + 1)
        if answer.retry_after is not None:
            due = self.now + timedelta(seconds=min(max(answer.retry_after, MIN_INTERVAL_S), MAX_RETRY_AFTER_S))
        return self._again(f"answers {answer.status} ({_phrase(answer.status)})", due)

    def failed(self, error: BackchannelError) -> Poll:
        due = self.pace.back_off(self.now, self.feed.failures + 1)
        if isinstance(error, NotAFeed) and error.links and self.feed.fingerprint is None:
            return self._named_by_a_page(error.links[0])
        if isinstance(error, FeedRefused):
            return self._again("refused: private address, or no public web server answers there", due)
        return self._again(error.message.rstrip("."), due)

    def _named_by_a_page(self, url: str) -> Poll:
        """Use a feed named by a page, if the address never was a feed (autodiscovery)."""
        poll = self._again(f"a web page; polling the feed it names instead: {url}", self.now + timedelta(seconds=MIN_INTERVAL_S))
        return replace(poll, feed=replace(poll.feed, url=url), apart=0.0)

    def _again(self, what: str, due: datetime) -> Poll:
        failures = self.feed.failures + 1
        health = f"{what}; failed {_times(failures)}, next poll {self._time(due)}"
        feed = replace(self.feed, polled_at=self.now, due_at=due, failures=failures, health=health)
        return Poll(feed=feed, apart=self.pace.apart(None))

    def _time(self, moment: datetime) -> str:
        """Return 10:41, or 12 June 10:41 for another day."""
        there, today = moment.astimezone(self.zone), self.now.astimezone(self.zone).date()
        clock = f"{there:%H:%M}"
        if there.date() == today:
            return clock
        year = "" if there.year == today.year else f" {there.year}"
        return f"{there.day} {MONTHS[there.month - 1]}{year} {clock}"


def _covered_since(entries: Sequence[Entry]) -> datetime | None:
    """Return the time from which the entries are complete: the oldest date, if they are sorted newest first.

    A sticky or edited old post at the top would make everything between look deleted. If the first entry shows this,
    nothing is returned, and the second does not count.
    """
    dates = [entry.written_at for entry in entries if "edited" not in entry.flags]
    known = [date for date in dates if date]
    in_order = all(newer >= older for newer, older in pairwise(known))
    return known[-1] if known and in_order and len(known) == len(dates) else None


def _problems(contents: FeedContents, kept: int) -> str:
    """Return what the organiser should know about a feed that was read with problems."""
    sentences = {
        "many": f", more posts than fit: {kept} kept",
        "cut": ", truncated",
        "charset": ", encoding guessed",
        "ill-formed": ", not well-formed",
    }
    return next((sentences[flag] for flag in sentences if flag in contents.flags), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return "an invalid status"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def host_of(url: str) -> str:
    """Return host and port, which get one request at a time."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port or parts.scheme}"
    except ValueError:
        return url
