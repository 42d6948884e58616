"""The poller: polls the feeds of all events when they are due and passes the results to the desk. No error ends it.

    Poller(store, desk, settings).run_for_ever()      in `serve` (a greenlet), or in a process of its own
    Poller(store, desk, settings).run_once("lgc09")   every feed of the event, now

- One request at a time for each host and port, and a minute between requests to other people's hosts.
- A **lease**: before polling, a poller moves the feed's due time ahead, in a transaction that fails if another poller
was
  faster. If a poller is killed, its feeds are due again when the lease ends.
- Entries, validators and the next due time are saved in one transaction, so each post is saved once.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event as Flag
from threading import Lock, Thread
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.feeds import save_poll
from backchannel.desk.posts import IntakeCounts
from backchannel.domain.model import Event, Feed
from backchannel.store.base import Store, Writer

from .catch_up import Fetcher
from .fetch import Fetching, fetch
from .poll import MAX_INTERVAL_S, Pace, host_of, poll_feed
from .websub import Hubs

LEASE = timedelta(seconds=120)  # longer than a poll can take
MAX_LEASED = 5  # feeds leased in one transaction
TICK_S = 1.0  # seconds between two checks for due feeds
MAX_CONCURRENT = 20  # feeds polled at the same time, each from another host
OFF_DAYS_INTERVAL_S = 1800.0  # seconds between polls of a quiet feed outside the event's days

Watched = tuple[Feed, Event]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """The result of one poll."""

    feed: Feed
    taken: IntakeCounts = field(default_factory=IntakeCounts)


class Poller:
    """The polling loop. `fetcher` fetches feeds; a test's may answer from a list.

    Threads (greenlets where gevent has patched them) fetch and parse feeds in parallel. They never read from the store,
    which keeps a connection for every thread that does.
    """

    def __init__(self, store: Store, desk: Desk, settings: Settings, fetcher: Fetcher | None = None) -> None:
        self._store = store
        self._desk = desk
        self._settings = settings
        self._fetcher = fetcher or partial(fetch, settings=Fetching.of(settings))
        self._hubs = Hubs(desk, settings)
        self._lock = Lock()
        self._busy: set[str] = set()  # hosts being polled
        self._rested: dict[str, datetime] = {}  # host -> when it may be asked again

    def run_for_ever(self, stop: Flag | None = None, *, event: str | None = None) -> None:
        """Poll the feeds of the event, or of all, until `stop` is set. Errors are logged."""
        stop = stop or Flag()
        while not stop.is_set():
            try:
                self.tick(event)
            except Exception:
                log.exception("A tick of the poller failed; the next one continues")
            stop.wait(TICK_S)

    def tick(self, event: str | None = None) -> list[Thread]:
        """Start polling what is due. Returns the threads, one a host."""
        return [self._begin(host, feeds) for host, feeds in self._due(event).items()]

    def run_once(self, event: str | None = None) -> list[Polled]:
        """Poll every feed of the event, or of all, due or not: hosts in parallel, a host's feeds in turn."""
        queue, done = list(_by_host(self._feeds(event)).values()), list[Polled]()
        threads = [Thread(target=self._work_off, args=(queue, done), daemon=True) for _ in queue[:MAX_CONCURRENT]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(done, key=lambda polled: polled.feed.url)

    def _work_off(self, queue: list[list[Watched]], done: list[Polled]) -> None:
        while queue:
            try:
                feeds = queue.pop()
            except IndexError:  # another thread was faster
                return
            for some in _lease_groups(feeds):
                done += [self._look(*watched) for watched in self._claim(some, whenever=True)]

    # --- due feeds

    def _feeds(self, slug: str | None = None) -> list[Watched]:
        """Return the active feeds with their events. Closed events are left out."""
        reader = self._store.reader()
        events = {
            event.slug: event for event in ([reader.event(slug)] if slug else reader.events()) if not event.closed
        }
        return [(feed, events[feed.event]) for feed in reader.feeds(slug) if not feed.off and feed.event in events]

    def _due(self, event: str | None = None) -> dict[str, list[Watched]]:
        """Return due feeds by host, longest due first: one of each foreign host, all of our own. Busy and resting hosts
        wait.
        """
        now = self._desk.clock()
        waiting = [pair for pair in self._feeds(event) if pair[0].due_at is None or pair[0].due_at <= now]
        waiting.sort(key=lambda pair: (not pair[0].nudged, pair[0].due_at.timestamp() if pair[0].due_at else 0.0))
        hosts = _by_host(waiting)
        nudged = {host for host, feeds in hosts.items() if feeds[0][0].nudged}
        with self._lock:
            free = [host for host in hosts if host not in self._busy and (host in nudged or self._rested.get(host, now) <= now)]
            free = free[: max(MAX_CONCURRENT - len(self._busy), 0)]
        return {host: hosts[host] if self._is_near(host) else hosts[host][:1] for host in free}

    def _begin(self, host: str, feeds: list[Watched]) -> Thread:
        with self._lock:
            self._busy.add(host)
        thread = Thread(target=self._visit, args=(host, feeds), daemon=True, name=f"poll {host}")
        thread.start()
        return thread

    def _visit(self, host: str, feeds: list[Watched]) -> None:
        try:
            for some in _lease_groups(feeds):
                for watched in self._claim(some):
                    self._look(*watched)
        finally:
            with self._lock:
                self._busy.discard(host)

    def _claim(self, some: list[Watched], *, whenever: bool = False) -> list[Watched]:
        """Return the feeds that are now leased to us, without removed ones and those of other pollers."""
        due = self._desk.clock() + LEASE
        events = {feed.id: (feed.due_at, event) for feed, event in some}

        def job(writer: Writer) -> list[Watched]:
            slugs = {event.slug for _, event in some}
            kept = [feed for slug in slugs for feed in writer.feeds(slug) if feed.id in events and not feed.off]
            ours = [feed for feed in kept if whenever or feed.due_at == events[feed.id][0]]
            for feed in ours:
                writer.save_feed(replace(feed, due_at=due, nudged=False))
            return [(replace(feed, nudged=False), events[feed.id][1]) for feed in ours]

        return self._store.write(job)

    # --- polling

    def _look(self, feed: Feed, event: Event) -> Polled:
        """Poll, and pass the results to the desk. After an internal error, the lease protects the host from a rush of
        requests.
        """
        now = self._desk.clock()
        try:
            poll = poll_feed(feed, fetcher=self._fetcher, now=now, pace=self._pace(feed, event), zone=_zone(event))
            with self._lock:
                self._rested[host_of(feed.url)] = self._desk.clock() + timedelta(seconds=poll.apart)
            taken = save_poll(self._desk, poll.feed, poll.entries, covers=poll.covers, gap=poll.gap)
            self._hubs.subscribe(poll.feed)
            return Polled(poll.feed, taken)
        except Exception:
            log.exception("Saving the results of feed %s failed", feed.url)
            return Polled(replace(feed, health="couldn't be saved; see the server's log"))

    def _pace(self, feed: Feed, event: Event) -> Pace:
        return Pace(
            setting=self._settings.fetch_pace,
            near=self._is_near(host_of(feed.url)),
            slowest=MAX_INTERVAL_S if _is_on(event, self._desk.clock()) else OFF_DAYS_INTERVAL_S,
            jitter=random.random(),  # noqa: S311  jitter, not a secret
        )

    def _is_near(self, host: str) -> bool:
        """Return whether the host is one of our own, allowed by a setting."""
        return host.rpartition(":")[0] in self._settings.fetch_allow


def _by_host(feeds: Iterable[Watched]) -> dict[str, list[Watched]]:
    hosts: dict[str, list[Watched]] = {}
    for feed, event in feeds:
        hosts.setdefault(host_of(feed.url), []).append((feed, event))
    return hosts


def _lease_groups(feeds: list[Watched]) -> list[list[Watched]]:
    """Split feeds into groups small enough to be polled within a lease."""
    return [feeds[start : start + MAX_LEASED] for start in range(0, len(feeds), MAX_LEASED)]


def _is_on(event: Event, now: datetime) -> bool:
    """Return whether it is within a day of the event, or the event has no dates."""
    day, around = now.date(), timedelta(days=1)
    starts, ends = event.starts or event.ends, event.ends or event.starts
    return starts is None or ends is None or starts - around <= day <= ends + around


def _zone(event: Event) -> ZoneInfo:
    try:
        return ZoneInfo(event.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
