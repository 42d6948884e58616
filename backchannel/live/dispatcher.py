"""The process's one dispatcher: reads the log and sends one frame a channel. The only file that says Socket.IO `room=`.

It broadcasts from the log, never from a request, so that everybody sees one order, whichever process took the note. It wakes
by a nudge from this process's own commits, or looks at the heads every 100 ms for those of others.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import gevent
from gevent.event import Event as Signal
from gevent.timeout import Timeout

from backchannel.domain.model import Item
from backchannel.domain.wire_json import item_on_wire, tombstone_on_wire
from backchannel.live.digests import Digests
from backchannel.store.base import Page, Store

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.1  # seconds between two looks at the heads
HEARTBEAT_S = 10.0  # seconds between two `head` beats
MAX_ITEMS_PER_FRAME = 200  # items a frame

Channel = tuple[str, str]  # (event, channel)


class Emitter(Protocol):
    """What the dispatcher sends through: Flask-SocketIO's `emit`, or a test's list."""

    def emit(self, event: str, data: Any, *, room: str) -> None: ...


class Dispatcher:
    """Follows every channel that somebody in this process follows."""

    def __init__(self, store: Store, emitter: Emitter) -> None:
        self._store = store
        self._emitter = emitter
        self.digests = Digests()
        self._wanted = Signal()
        self._watchers: Counter[Channel] = Counter()
        self._sent: dict[Channel, int] = {}  # up to where each watched channel went out
        self._heads: dict[str, int] = {}
        self._moved: dict[Channel, Signal] = {}  # for those who wait over plain HTTP
        self._heartbeat_at = time.monotonic() + HEARTBEAT_S
        self._epoch = store.reader().epoch()

    def nudge(self, event: str) -> None:
        """Something was committed."""
        self._wanted.set()

    def watch(self, channel: Channel) -> None:
        """Somebody follows. To be called before the backlog is read: an overlap does no harm, a gap would."""
        if not self._watchers[channel]:
            self._sent[channel] = self._store.reader().channel_head(*channel)
            self._moved[channel] = Signal()
        self._watchers[channel] += 1

    def unwatch(self, channel: Channel) -> None:
        self._watchers[channel] -= 1
        if self._watchers[channel] <= 0:
            for kept in (self._watchers, self._sent, self._moved):
                kept.pop(channel, None)

    @contextmanager
    def watching(self, channel: Channel) -> Iterator[None]:
        self.watch(channel)
        try:
            yield
        finally:
            self.unwatch(channel)

    def wait(self, channel: Channel, after: int, seconds: float) -> None:
        """Return when the channel has something after `after`, or the time is up."""
        with self.watching(channel), Timeout(seconds, False):
            while self._store.reader().channel_head(*channel) <= after:
                self._moved[channel].wait()

    def run(self) -> None:
        """For ever; a fault of one round is told and does not end it."""
        while True:
            self._wanted.wait(POLL_INTERVAL_S)
            self._wanted.clear()
            try:
                self.round()
            except Exception:
                log.exception("a round of the dispatcher failed; the next one goes on from there")
                gevent.sleep(POLL_INTERVAL_S)

    def round(self) -> None:
        """One look: send what is new on every watched channel."""
        reader = self._store.reader()
        if reader.epoch() != self._epoch:
            self._begin_again()
        heads = reader.heads()
        for channel in [channel for channel in self._watchers if heads.get(channel[0]) != self._heads.get(channel[0])]:
            self._send_new(channel)
        self._heads = heads
        if time.monotonic() >= self._heartbeat_at:
            self._heartbeat_at = time.monotonic() + HEARTBEAT_S
            self._send_heartbeats()

    def _begin_again(self) -> None:
        """The database is another one (a backup was restored): what was sent counts no more, and all are told at once."""
        reader = self._store.reader()
        self._epoch = reader.epoch()
        for channel in list(self._watchers):
            self._sent[channel] = reader.channel_head(*channel)
            self._wake(channel)
        self._send_heartbeats()

    def _send_new(self, channel: Channel) -> None:
        more = True
        while more and channel in self._sent:
            page = self._store.reader().changes(*channel, self._sent[channel], MAX_ITEMS_PER_FRAME)
            more = page.more
            if page.seq > self._sent[channel]:
                self._sent[channel] = page.seq
                self._emitter.emit("changes", frame(channel, page), room=socketio_room(channel))
                self._wake(channel)

    def _wake(self, channel: Channel) -> None:
        """Those who wait for the channel over plain HTTP, if anybody is left: all may have gone while a frame went out."""
        moved = self._moved.get(channel)
        if moved is not None:
            moved.set()
            moved.clear()

    def _send_heartbeats(self) -> None:
        reader = self._store.reader()
        for channel in list(self._watchers):
            with reader.snapshot():  # a seq of one moment with the digest of another would make every follower start again
                seq, digest = self.digests.of(reader, *channel)
            beat = {
                "event": channel[0], "channel": channel[1], "seq": seq,
                "digest": digest, "epoch": reader.epoch(),
            }  # fmt: skip
            self._emitter.emit("head", beat, room=socketio_room(channel))


def socketio_room(channel: Channel) -> str:
    """The Socket.IO room of a channel."""
    return "/".join(channel)


def frame(channel: Channel, page: Page) -> dict[str, Any]:
    """What stands on a page, as it goes out: {"event", "channel", "prev", "seq", "items"}."""
    return {
        "event": channel[0],
        "channel": channel[1],
        "prev": page.prev,
        "seq": page.seq,
        "items": [item_on_wire(item) if isinstance(item, Item) else tombstone_on_wire(item) for item in page.items],
    }
