"""Follow the addresses of schedules: look every few minutes, and take what changed. What was changed by hand stays.

    Watcher(store, desk, settings).run_for_ever()      in `serve`, beside the poller of feeds

A lease keeps two processes from looking at once: before a look, the due time is moved ahead in a transaction that fails
if another was faster. Unchanged schedules are told by ETag or Last-Modified, and nothing is parsed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event as Flag
from zoneinfo import ZoneInfo

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.schedules import claim, save_look
from backchannel.domain.errors import BackchannelError, FeedRefused, Unreadable
from backchannel.domain.model import Event, Schedule, WatchedSchedule
from backchannel.store.base import Store

from ..fetch import Answer, Fetching
from .fetched import fetch_schedule
from .read import read_schedule

INTERVAL = timedelta(minutes=5)  # between two looks
MAX_BACKOFF = timedelta(hours=6)  # after many failures
LEASE = timedelta(minutes=2)  # longer than a look can take
TICK_S = 2.0  # seconds between two checks for due addresses

Reading = Callable[[], Schedule | BackchannelError]
Aside = Callable[[Reading], Schedule | BackchannelError]

log = logging.getLogger(__name__)


class Watcher:
    """The loop. `aside` runs the parsing where it delays nobody: in a native thread of a server."""

    def __init__(self, store: Store, desk: Desk, settings: Settings, aside: Aside = lambda reading: reading()) -> None:
        self._store = store
        self._desk = desk
        self._fetching = Fetching.of(settings)
        self._interval = timedelta(seconds=settings.fetch_pace) if settings.fetch_pace else INTERVAL
        self._aside = aside

    def run_for_ever(self, stop: Flag | None = None) -> None:
        """Look at what is due until `stop` is set. Errors are logged."""
        stop = stop or Flag()
        while not stop.is_set():
            try:
                self.tick()
            except Exception:
                log.exception("Following schedules failed; the next look continues")
            stop.wait(TICK_S)

    def tick(self) -> None:
        """Look at every address that is due, one after the other."""
        reader, now = self._store.reader(), self._desk.clock()
        for watched in reader.watched_schedules():
            if watched.due_at is None or watched.due_at <= now:
                event = reader.event(watched.event)
                if not event.closed and claim(self._desk, watched, now + LEASE):
                    self._look(watched, event)

    def _look(self, watched: WatchedSchedule, event: Event) -> None:
        now = self._desk.clock()
        schedule = None
        try:
            answer = fetch_schedule(watched.url, self._fetching, etag=watched.etag, modified=watched.modified)
            if answer.status == 200:
                schedule = self._read(answer, watched, event)
            result = self._sound(watched, answer, now, ZoneInfo(event.timezone))
        except BackchannelError as fault:
            result = self._failed(watched, fault, now)
        save_look(self._desk, result, schedule)

    def _read(self, answer: Answer, watched: WatchedSchedule, event: Event) -> Schedule:
        def reading() -> Schedule | BackchannelError:
            try:
                return read_schedule(answer.body, name=watched.url, timezone=event.timezone, day=event.starts)
            except BackchannelError as fault:
                return fault

        outcome = self._aside(reading)
        if isinstance(outcome, BackchannelError):
            raise outcome
        if not outcome.sessions:  # nobody is there to see that it would empty the grid
            raise Unreadable("The schedule has no sessions.")
        return outcome

    def _sound(self, watched: WatchedSchedule, answer: Answer, now: datetime, zone: ZoneInfo) -> WatchedSchedule:
        same = answer.status == 304
        return replace(
            watched, etag=watched.etag if same else answer.etag, modified=watched.modified if same else answer.modified,
            looked_at=now, due_at=now + self._interval, failures=0,
            health=f"{'Unchanged' if same else 'Read'} at {now.astimezone(zone):%H:%M}.",
        )  # fmt: skip

    def _failed(self, watched: WatchedSchedule, fault: BackchannelError, now: datetime) -> WatchedSchedule:
        failures = watched.failures + 1
        due = now + min(self._interval * 2 ** min(failures - 1, 10), MAX_BACKOFF)
        what = "It is a private address, or no web server answers there." if isinstance(fault, FeedRefused) else fault.message
        what = re.sub(r"\s*Nothing was imported\.", "", what)
        health = f"Failed {'once' if failures == 1 else f'{failures} times'}: {what} The programme stays."
        return replace(watched, looked_at=now, due_at=due, failures=failures, health=health)
