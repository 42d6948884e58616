"""The reviser: gives the posts of events that are on their second thoughts, while the server runs.

It follows each event's timeline. A post is looked at again a few seconds after its author posted or was moved close to it
in time, and once more when its slot ends. It works in slices of a few milliseconds, so that nobody waits for it. Several
processes may each run one: a post that changed meanwhile is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from threading import Event as Flag

from backchannel.desk.desk import Desk
from backchannel.desk.placing import slices
from backchannel.desk.second_thoughts import hindsight_of, save
from backchannel.domain.channels import STAFF
from backchannel.domain.model import Item, Session
from backchannel.domain.placing import Hindsight
from backchannel.domain.placing.revision import CLEAR_MARGIN, MARGIN, revision_of
from backchannel.store.base import Reader

TICK_S = 1.0  # seconds between two looks at the timelines
PAUSE_S = 0.005  # seconds that a slice leaves to everybody else
ITEMS_PER_SLICE = 10  # items learnt in a slice
LOOKS_PER_SLICE = 5
SETTLE = timedelta(seconds=3)  # after new evidence, because more of it often follows
AROUND = timedelta(days=1)  # how far from its sessions an event is still on

log = logging.getLogger(__name__)


@dataclass(order=True, slots=True)
class _Due:
    """A look that is due. The `last` one, at the end of the slot, also records a changed confidence."""

    at: datetime
    id: str
    last: bool


@dataclass(slots=True)
class _Watch:
    """An event that is on: what is known of it, up to which seq, and the looks to come."""

    hindsight: Hindsight
    sessions: Sequence[Session]
    programme: int
    seq: int = 0
    due: list[_Due] = field(default_factory=list)
    soon: set[str] = field(default_factory=set)  # ids with a look in the next seconds

    def learn(self, item: Item, now: datetime) -> None:
        """Learn an item, and schedule the looks for which it is new evidence."""
        is_new = not self.hindsight.knows(item.id)
        moved = is_new or self.hindsight.session_of(item.id) != item.session
        self.hindsight.learn(item)
        for near in self.hindsight.neighbours(item.id) if moved else ():
            if near not in self.soon:
                self.soon.add(near)
                heappush(self.due, _Due(now + SETTLE, near, last=False))
        if is_new and self.hindsight.is_open(item.id) and isinstance(item.at, datetime):
            heappush(self.due, _Due(max(self._slot_end(item.at), now) + SETTLE, item.id, last=True))

    def take_due(self, now: datetime) -> Iterator[_Due]:
        """Return the looks that are due, and forget them."""
        while self.due and self.due[0].at <= now:
            look = heappop(self.due)
            if not look.last:
                self.soon.discard(look.id)
            yield look

    def _slot_end(self, at: datetime) -> datetime:
        """Return when the first of the sessions that were running at the time ends."""
        return min((one.ends for one in self.sessions if one.starts and one.ends and one.starts <= at < one.ends), default=at)


class Reviser:
    """Watches the events of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._heads: dict[str, int] = {}
        self._watches: dict[str, _Watch] = {}
        self._stop = Flag()

    def run_for_ever(self) -> None:
        """Look at the timelines once a second. Errors are logged."""
        while True:
            try:
                self.tick()
            except Exception:
                log.exception("Second thoughts failed; the next look continues")
            self._stop.wait(TICK_S)

    def tick(self) -> None:
        """Learn what is new in the events, and take the looks that are due."""
        heads = self._desk.read().heads()
        for gone in self._watches.keys() - heads.keys():
            del self._watches[gone]
        for slug, head in heads.items():
            if self._heads.get(slug) != head:
                self._follow(slug)
                self._heads[slug] = head
            if slug in self._watches:
                self._look(slug, self._watches[slug])

    def _follow(self, slug: str) -> None:
        """Learn the new items of an event that is on, from its first post on. Without posts, notes cost nothing."""
        reader = self._desk.read()
        programme, _ = reader.programme_heads()[slug]
        watch = self._watches.get(slug)
        if watch is None or watch.programme != programme:
            sessions = reader.sessions(slug)
            if not _is_on(sessions, self._desk.clock()) or not _has_posts(reader, slug):
                self._watches.pop(slug, None)
                return
            watch = self._watches[slug] = _Watch(hindsight_of(reader, slug), sessions, programme)
        more = True
        while more:
            page = self._desk.read().changes(slug, STAFF, watch.seq, ITEMS_PER_SLICE)
            for item in page.items:
                if isinstance(item, Item):
                    watch.learn(item, self._desk.clock())
                else:
                    watch.hindsight.forget(item.id)
            watch.seq, more = page.seq, page.more
            self._stop.wait(PAUSE_S)

    def _look(self, slug: str, watch: _Watch) -> None:
        for some in slices(list(watch.take_due(self._desk.clock())), LOOKS_PER_SLICE):
            items = self._desk.read().items_by_id(slug, [look.id for look in some])
            found = [
                revision_of(items[look.id], watch.hindsight.look(look.id), MARGIN if look.last else CLEAR_MARGIN)
                for look in some if look.id in items
            ]  # fmt: skip
            last = {look.id for look in some if look.last}
            save(self._desk, slug, [one for one in found if one and (one.moves or one.item.id in last)])
            self._stop.wait(PAUSE_S)


def _has_posts(reader: Reader, slug: str) -> bool:
    return any(tally.origins.get("post") for tally in reader.tallies(slug).values())


def _is_on(sessions: Sequence[Session], now: datetime) -> bool:
    """Return whether one of the sessions takes place within a day."""
    return any(one.starts and abs(one.starts - now) <= AROUND for one in sessions)
