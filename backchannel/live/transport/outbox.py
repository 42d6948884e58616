"""A follower's outgoing messages, in the slot of Engine.IO's queue.

A message is written at once while the connection keeps up. Otherwise it waits, and a greenlet that lives only as long as
something waits writes the rest. When too many broadcasts wait, `resume` replaces them: the follower then fetches the
backlog over HTTP from its cursor, so nothing is lost.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING, Any

import gevent

from backchannel.live.transport import deflate, frames

if TYPE_CHECKING:
    from backchannel.live.transport.websocket import WebSocket

MAX_WAITING = 1000  # messages of one follower
MIN_COMPRESSED_BYTES = 128  # shorter messages are not worth it


class Broadcast:
    """A message to many followers, framed once for each encoding. It may be dropped, because the log has it."""

    def __init__(self, text: str) -> None:
        self._payload = text.encode()

    def frame(self, deflates: bool) -> bytes:
        """Return the frame for a connection that negotiated compression, or for one that did not."""
        return self.packed if deflates else self.plain

    @cached_property
    def plain(self) -> bytes:
        """The frame without compression."""
        return frames.encode(self._payload)

    @cached_property
    def packed(self) -> bytes:
        """The compressed frame."""
        if len(self._payload) < MIN_COMPRESSED_BYTES:
            return self.plain
        return frames.encode(deflate.compress(self._payload), frames.TEXT | frames.COMPRESSED)


Entry = bytes | Broadcast | None  # a frame that must arrive, a broadcast, or the end of the connection


class Outbox:
    """The messages that one follower has not received yet, in order."""

    __slots__ = ("_waiting", "_websocket", "_writer")

    def __init__(self) -> None:
        self._waiting: deque[Entry] | None = None  # created when needed
        self._websocket: WebSocket | None = None
        self._writer: gevent.Greenlet | None = None

    def attach(self, websocket: WebSocket) -> None:
        """Write to this connection from now on, beginning with what waits already."""
        self._websocket = websocket
        if self._waiting:
            self._start_writer()

    def put(self, packet: Any) -> None:
        """Send an Engine.IO packet, or close the connection after everything before it for `None`."""
        self.push(None if packet is None else frames.encode(packet.encode().encode()))

    def push(self, entry: Entry) -> None:
        """Send a frame or a broadcast, or close the connection for `None`."""
        websocket = self._websocket
        if websocket is not None and self._writer is None and entry is not None:
            frame = entry.frame(websocket.deflates) if isinstance(entry, Broadcast) else entry
            if websocket.try_send(frame):
                if websocket.unfinished:
                    self._start_writer()
                return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(entry)
        self._start_writer()

    def has_room(self) -> bool:
        """Return whether another broadcast may wait."""
        return self._waiting is None or len(self._waiting) < MAX_WAITING

    def resume_with(self, resume: Broadcast) -> None:
        """Replace the broadcasts that wait with one `resume`."""
        self._waiting = deque(entry for entry in self._waiting or () if not isinstance(entry, Broadcast))
        self.push(resume)

    def join(self) -> None:
        """Wait until everything is written."""
        while self._writer is not None:
            self._writer.join()

    def _start_writer(self) -> None:
        if self._writer is None and self._websocket is not None:
            self._writer = gevent.spawn(self._write, self._websocket)

    def _write(self, websocket: WebSocket) -> None:
        """Finish the partly written frame, then write what waits."""
        try:
            websocket.finish()
            while self._waiting:
                entry = self._waiting.popleft()
                if entry is None:
                    websocket.close()
                    break
                websocket.write(entry.frame(websocket.deflates) if isinstance(entry, Broadcast) else entry)
        except OSError:
            websocket.close()
        finally:
            self._waiting = self._writer = None
