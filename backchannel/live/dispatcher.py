"""The dispatcher: reads the log of changes and sends one frame a channel. The only file that uses Socket.IO's `room=`.

Frames come from the log, never from the request that made a change, so all followers see one order whichever process
took the note. A commit in this process wakes the dispatcher; every 100 ms it also looks for commits of other processes.
A quiet channel gets its frame at once. A busy one gets a frame every 20 ms, with all changes since the last one.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import gevent
from gevent.event import Event as Signal
from gevent.timeout import Timeout

from backchannel.domain.model import Item
from backchannel.domain.wire_json import item_on_wire, tombstone_on_wire
from backchannel.live.digests import Digests
from backchannel.live.programme import programme_news
from backchannel.store.base import Page, Reader, Store

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.1  # how often to look for commits of other processes
HEARTBEAT_S = 10.0  # between two `head` messages of a channel
FRAME_INTERVAL_S = 0.02  # between two frames of a channel; changes meanwhile share the second one
MAX_ITEMS_PER_FRAME = 200  # larger backlogs are sent as several frames
SPREAD_MS = 2  # for each follower, so that they don't all fetch a changed page in the same moment

Channel = tuple[str, str]  # (event slug, channel name)
Numbers = tuple[int, int]  # of the programme and of the pitches


class Emitter(Protocol):
    """The seam to Socket.IO: Flask-SocketIO in a server, a list in tests."""

    def emit(self, event: str, data: Any, *, room: str) -> None:
        """Send `data` as `event` to everybody in `room`."""


class Dispatcher:
    """Sends the changes of every channel that somebody in this process follows."""

    def __init__(self, store: Store, emitter: Emitter, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._emitter = emitter
        self._clock = clock
        self.digests = Digests(store)
        self._wanted = Signal()
        self._watchers: Counter[Channel] = Counter()
        self._sent: dict[Channel, int] = {}  # the last seq sent on each channel
        self._due_at: dict[Channel, float] = {}  # when each channel may have its next frame
        self._changed: set[Channel] = set()  # channels that may have something to send
        self._heads: dict[str, int] = {}
        self._moved: dict[Channel, Signal] = {}  # wakes long polls
        self._heartbeat_at = clock() + HEARTBEAT_S
        self._heartbeats: gevent.Greenlet | None = None  # truthy while it runs
        self._epoch = store.reader().epoch()
        self._programmes = dict(store.reader().programme_heads())  # the numbers sent last, by event

    def nudge(self, _event: str) -> None:
        """Wake the dispatcher after a commit."""
        self._wanted.set()

    def watch(self, channel: Channel) -> None:
        """Add a follower of the channel. Call it before reading the backlog, so that frames overlap with it instead of
        leaving a gap.
        """
        if not any(event == channel[0] for event, _ in self._watchers):  # what changed before is on the page already
            self._programmes[channel[0]] = self._store.reader().programme_heads().get(channel[0], (0, 0))
        if not self._watchers[channel]:
            head = self._store.reader().channel_head(*channel)  # other greenlets may follow the channel meanwhile
            self._sent.setdefault(channel, head)
            self._moved.setdefault(channel, Signal())
        self._watchers[channel] += 1

    def unwatch(self, channel: Channel) -> None:
        """Remove a follower of the channel."""
        self._watchers[channel] -= 1
        if self._watchers[channel] <= 0:
            for kept in (self._watchers, self._sent, self._due_at, self._moved):
                kept.pop(channel, None)

    @contextmanager
    def watching(self, channel: Channel) -> Iterator[None]:
        """Follow the channel inside a `with` block."""
        self.watch(channel)
        try:
            yield
        finally:
            self.unwatch(channel)

    def wait(self, channel: Channel, after: int, seconds: float, known: tuple[int | None, int | None] = (None, None)) -> None:
        """Return when the channel has something after `after`, or after `seconds`.

        `known` are the numbers of the programme and the pitches that the client has. It also returns when one differs.
        """
        with self.watching(channel), Timeout(seconds, False):
            while self._store.reader().channel_head(*channel) <= after and self._is_current(channel[0], known):
                self._moved[channel].wait()

    def _is_current(self, event: str, known: tuple[int | None, int | None]) -> bool:
        if known == (None, None):
            return True
        numbers = self._store.reader().programme_heads().get(event, (0, 0))
        return all(mine is None or mine == number for mine, number in zip(known, numbers, strict=True))

    def run(self) -> None:
        """Send frames for ever. A failing round is logged and the next one continues."""
        while True:
            self._wanted.wait(self._pause_s())
            self._wanted.clear()
            try:
                self.round()
            except Exception:
                log.exception("A round of the dispatcher failed; the next one continues from there")
                gevent.sleep(POLL_INTERVAL_S)

    def _pause_s(self) -> float:
        """Return the seconds until the next channel that changed is due, or until the next poll."""
        due = [self._due_at.get(channel, 0.0) - self._clock() for channel in self._changed]
        return max(0.0, min([*due, POLL_INTERVAL_S]))

    def round(self) -> None:
        """Send whatever is new on the followed channels."""
        reader = self._store.reader()
        if reader.epoch() != self._epoch:
            self._begin_again()
        heads = reader.heads()
        self._changed |= {channel for channel in self._watchers if heads.get(channel[0]) != self._heads.get(channel[0])}
        self._heads = heads
        for channel in [channel for channel in self._changed if self._due_at.get(channel, 0.0) <= self._clock()]:
            if not self._send_new(channel):
                self._changed.discard(channel)
        self._send_programmes(reader)
        if self._clock() >= self._heartbeat_at:
            self._heartbeat_at = self._clock() + HEARTBEAT_S
            self._start_heartbeats()

    def _begin_again(self) -> None:
        """Start over after a restored backup: forget what was sent, and tell every follower."""
        reader = self._store.reader()
        self._epoch = reader.epoch()
        for channel in list(self._watchers):
            self._sent[channel] = reader.channel_head(*channel)
            self._wake(channel)
        if self._heartbeats is not None:
            self._heartbeats.kill()
        self._start_heartbeats()

    def _send_new(self, channel: Channel) -> bool:
        """Send what is new on the channel in one frame. Return whether there is more than fits."""
        if channel not in self._sent:
            return False
        page = self._store.reader().changes(*channel, self._sent[channel], MAX_ITEMS_PER_FRAME)
        if page.seq > self._sent[channel]:
            self._sent[channel] = page.seq
            self._due_at[channel] = self._clock() + FRAME_INTERVAL_S
            self._emitter.emit("changes", frame(channel, page), room=socketio_room(channel))
            self._wake(channel)
        return page.more

    def _send_programmes(self, reader: Reader) -> None:
        """Send the numbers of changed programmes, with the changed sessions, on every followed channel of the event."""
        heads = reader.programme_heads()
        for event in {event for event, _ in self._watchers if heads.get(event) != self._programmes.get(event, (0, 0))}:
            if event in heads:
                self._send_programme(reader, event, self._programmes.get(event, (0, 0)), heads[event])
        self._programmes = dict(heads)

    def _send_programme(self, reader: Reader, event: str, before: Numbers, now: Numbers) -> None:
        news = programme_news(reader, event, before[0]) if now[0] > before[0] else {"event": event, "sessions": []}
        channels = [channel for channel in self._watchers if channel[0] == event]
        spread = SPREAD_MS * sum(self._watchers[channel] for channel in channels)
        for channel in channels:
            message = news | {"channel": channel[1], "programme": now[0], "pitches": now[1], "spread": spread}
            self._emitter.emit("programme", message, room=socketio_room(channel))
            self._wake(channel)

    def _wake(self, channel: Channel) -> None:
        """Wake the channel's long polls. All followers may have left while a frame was being sent."""
        moved = self._moved.get(channel)
        if moved is not None:
            moved.set()
            moved.clear()

    def _start_heartbeats(self) -> None:
        """Send a `head` on every channel in a greenlet of its own, because a digest may take long."""
        if not self._heartbeats:
            self._heartbeats = gevent.spawn(self._send_heartbeats)

    def _send_heartbeats(self) -> None:
        for channel in list(self._watchers):
            try:
                self._send_heartbeat(channel)
            except Exception:
                log.exception("A heartbeat failed; the others continue")

    def _send_heartbeat(self, channel: Channel) -> None:
        seq, digest = self.digests.prepare(*channel)
        reader = self._store.reader()
        beat = {
            "event": channel[0], "channel": channel[1], "seq": seq,
            "digest": digest, "epoch": reader.epoch(), **numbers(reader, channel[0]),
        }  # fmt: skip
        self._emitter.emit("head", beat, room=socketio_room(channel))


def socketio_room(channel: Channel) -> str:
    """Return the Socket.IO room of a channel."""
    return "/".join(channel)


def numbers(reader: Reader, event: str) -> dict[str, int]:
    """Return {"programme", "pitches"}: what a page compares with the numbers it was made with."""
    programme, pitches = reader.programme_heads().get(event, (0, 0))
    return {"programme": programme, "pitches": pitches}


def frame(channel: Channel, page: Page) -> dict[str, Any]:
    """Return a page as sent to followers: {"event", "channel", "prev", "seq", "items"}."""
    return {
        "event": channel[0],
        "channel": channel[1],
        "prev": page.prev,
        "seq": page.seq,
        "items": [item_on_wire(item) if isinstance(item, Item) else tombstone_on_wire(item) for item in page.items],
    }
