"""Fan-out: encodes one frame per broadcast, writes it to every idle socket, and queues it for the others.

When a follower's queue is full, its contents are dropped and replaced by a `resume` message. The follower then fetches
the backlog over HTTP from its cursor, so nothing is lost.
"""

from __future__ import annotations

from typing import Any

import gevent
import socketio
from engineio import packet as eio
from socketio import packet as sio

from backchannel.live.transport import frames
from backchannel.live.transport.websocket import WebSocket

MAX_QUEUED_FRAMES = 1000  # frames in one follower's queue
SENDS_PER_TURN = 200  # sends before other greenlets get a turn
RESERVED = ("connect", "disconnect")  # Socket.IO raises these itself; a client that sends them would be believed


class BadPacket(ValueError):
    """A packet that no client may send. It closes the connection."""


class TextPacket(sio.Packet):  # type: ignore[misc]
    """A Socket.IO packet that refuses binary kinds and reserved events.

    A binary packet could announce attachments that never arrive, and hold memory for them.
    """

    def decode(self, encoded_packet: str) -> int:
        """Decode a packet. Raises `BadPacket`."""
        try:
            if encoded_packet[:1] not in ("0", "1", "2", "3"):
                raise BadPacket("not a packet that a client may send")
            attachments = int(super().decode(encoded_packet))
        except (ValueError, TypeError, LookupError, RecursionError):
            raise BadPacket("a packet that cannot be decoded") from None
        if self.packet_type == sio.EVENT and not _named(self.data):
            raise BadPacket("an event without a name, or with a reserved one")
        return attachments


def _named(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED


class Emitted(eio.Packet):  # type: ignore[misc]
    """A broadcast frame. It may be dropped, because the log has it; acks and pings may not."""


class Fanout(socketio.Manager):  # type: ignore[misc]
    """Socket.IO's client manager with its own path for broadcasts."""

    def emit(
        self, event: str, data: Any, namespace: str, room: Any = None, skip_sid: Any = None, callback: Any = None,
        to: Any = None, **rest: Any,
    ) -> None:  # fmt: skip
        """Send an event to a room, or as Socket.IO does where a callback or a skipped client is involved."""
        room = to or room
        if callback or skip_sid or namespace not in self.rooms:
            super().emit(event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, **rest)
            return
        packet = self._packet(event, data, namespace)
        frame = frames.encode(packet.encode().encode())
        sockets = self.server.eio.sockets
        for n, (_, eio_sid) in enumerate(self.get_participants(namespace, room), 1):
            follower = sockets.get(eio_sid)
            if follower is not None and not follower.closed:
                self._send(follower, packet, frame, namespace)
            if n % SENDS_PER_TURN == 0:
                gevent.sleep(0)

    def _packet(self, event: str, data: Any, namespace: str) -> eio.Packet:
        packet = self.server.packet_class(sio.EVENT, namespace=namespace, data=[event, data])
        return Emitted(eio.MESSAGE, packet.encode())

    def _send(self, follower: Any, packet: eio.Packet, frame: bytes, namespace: str) -> None:
        websocket: WebSocket | None = getattr(follower, "websocket", None)
        if websocket is not None and follower.queue.empty() and websocket.try_send(frame):
            if websocket.unfinished:
                follower.queue.put(eio.Packet(eio.NOOP))  # wakes the follower's writer, which completes the frame first
        elif follower.queue.qsize() < MAX_QUEUED_FRAMES:
            follower.queue.put(packet)
        else:
            self._make_resume(follower, namespace)

    def _make_resume(self, follower: Any, namespace: str) -> None:
        """Replace the broadcast frames in the queue with one `resume` message."""
        queue = follower.queue
        kept = []
        while not queue.empty():
            packet = queue.get_nowait()
            queue.task_done()
            if not isinstance(packet, Emitted):
                kept.append(packet)
        for packet in (*kept, self._packet("resume", {}, namespace)):
            queue.put(packet)
