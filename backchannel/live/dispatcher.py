"""The dispatcher: reads the log of changes and sends one frame a channel. The only file that uses Socket.IO's `room=`.

Frames come from the log, never from the request that made a change, so all followers see one order whichever process
took the note. A commit in this process wakes the dispatcher; every 100 ms it also looks for commits of other processes.
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

POLL_INTERVAL_S = 0.1  # how often to look for commits of other processes
HEARTBEAT_S = 10.0  # between two `head` messages of a channel
MAX_ITEMS_PER_FRAME = 200  # larger backlogs are sent as several frames

Channel = tuple[str, str]  # (event slug, channel name)


class Emitter(Protocol):
    """The seam to Socket.IO: Flask-SocketIO in a server, a list in tests."""

    def emit(self, event: str, data: Any, *, room: str) -> None:
        """Send `data` as `event` to everybody in `room`."""


class Dispatcher:
    """Sends the changes of every channel that somebody in this process follows."""

    def __init__(self, store: Store, emitter: Emitter) -> None:
        self._store = store
        self._emitter = emitter
        self.digests = Digests()
        self._wanted = Signal()
        self._watchers: Counter[Channel] = Counter()
        self._sent: dict[Channel, int] = {}  # the last seq sent on each channel
        self._heads: dict[str, int] = {}
        self._moved: dict[Channel, Signal] = {}  # wakes long polls
        self._heartbeat_at = time.monotonic() + HEARTBEAT_S
        self._epoch = store.reader().epoch()

    def nudge(self, _event: str) -> None:
        """Wake the dispatcher after a commit."""
        self._wanted.set()

    def watch(self, channel: Channel) -> None:
        """Add a follower of the channel. Call it before reading the backlog, so that frames overlap with it instead of
        leaving a gap.
        """
        if not self._watchers[channel]:
            self._sent[channel] = self._store.reader().channel_head(*channel)
            self._moved[channel] = Signal()
        self._watchers[channel] += 1

    def unwatch(self, channel: Channel) -> None:
        """Remove a follower of the channel."""
        self._watchers[channel] -= 1
        if self._watchers[channel] <= 0:
            for kept in (self._watchers, self._sent, self._moved):
                kept.pop(channel, None)

    @contextmanager
    def watching(self, channel: Channel) -> Iterator[None]:
        """Follow the channel inside a `with` block."""
        self.watch(channel)
        try:
            yield
        finally:
            self.unwatch(channel)

    def wait(self, channel: Channel, after: int, seconds: float) -> None:
        """Return when the channel has something after `after`, or after `seconds`."""
        with self.watching(channel), Timeout(seconds, False):
            while self._store.reader().channel_head(*channel) <= after:
                self._moved[channel].wait()

    def run(self) -> None:
        """Send frames for ever. A failing round is logged and the next one continues."""
        while True:
            self._wanted.wait(POLL_INTERVAL_S)
            self._wanted.clear()
            try:
                self.round()
            except Exception:
                log.exception("A round of the dispatcher failed; the next one continues from there")
                gevent.sleep(POLL_INTERVAL_S)

    def round(self) -> None:
        """Send whatever is new on the followed channels."""
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
        """Start over after a restored backup: forget what was sent, and tell every follower."""
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
        """Wake the channel's long polls. All followers may have left while a frame was being sent."""
        moved = self._moved.get(channel)
        if moved is not None:
            moved.set()
            moved.clear()

    def _send_heartbeats(self) -> None:
        reader = self._store.reader()
        for channel in list(self._watchers):
            with reader.snapshot():  # a seq of one moment with a digest of another would make every follower start over
                seq, digest = self.digests.of(reader, *channel)
            beat = {
                "event": channel[0], "channel": channel[1], "seq": seq,
                "digest": digest, "epoch": reader.epoch(),
            }  # fmt: skip
            self._emitter.emit("head", beat, room=socketio_room(channel))


def socketio_room(channel: Channel) -> str:
    """Return the Socket.IO room of a channel."""
    return "/".join(channel)


def frame(channel: Channel, page: Page) -> dict[str, Any]:
    """Return a page as sent to followers: {"event", "channel", "prev", "seq", "items"}."""
    return {
        "event": channel[0],
        "channel": channel[1],
        "prev": page.prev,
        "seq": page.seq,
        "items": [item_on_wire(item) if isinstance(item, Item) else tombstone_on_wire(item) for item in page.items],
    }
