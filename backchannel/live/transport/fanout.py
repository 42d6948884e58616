"""Fan-out: one frame made per emit and written to every follower whose socket is idle; a queue for the others, capped.

A follower whose queue is full is not sent more: what waits for her is thrown away, and when she reads again she is told to
`resume` from her cursor. Nothing is lost by that: frames carry `prev`, and the backlog is had over HTTP.
"""

from __future__ import annotations

from typing import Any

import gevent
import socketio
from engineio import packet as eio
from socketio import packet as sio

from backchannel.live.transport import frames
from backchannel.live.transport.websocket import WebSocket

CAP = 1000  # frames that wait for one follower
BREATH = 200  # sends between two looks at what else there is to do
RESERVED = ("connect", "disconnect")  # happen by themselves; a client who says them would be taken for what happened


class BadPacket(ValueError):
    """What came is no packet that a client of ours may send; it closes the connection."""


class TextPacket(sio.Packet):
    """Socket.IO's packet, refusing the binary kinds (one could declare attachments and never end) and what only we say."""

    def decode(self, encoded_packet: str) -> int:
        try:
            if encoded_packet[:1] not in ("0", "1", "2", "3"):
                raise BadPacket("no packet that a client sends")
            attachments = int(super().decode(encoded_packet))
        except (ValueError, TypeError, LookupError, RecursionError):
            raise BadPacket("a packet that cannot be decoded") from None
        if self.packet_type == sio.EVENT and not _named(self.data):
            raise BadPacket("an event has a name, and none of those that happen by themselves")
        return attachments


def _named(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED


class Emitted(eio.Packet):
    """What went to a room: may be thrown away, since the log has it. Acks and pings may not."""


class Fanout(socketio.Manager):
    """Socket.IO's manager of clients, with a sending path of our own for what goes to a room."""

    def emit(
        self, event: str, data: Any, namespace: str, room: Any = None, skip_sid: Any = None, callback: Any = None,
        to: Any = None, **rest: Any,
    ) -> None:  # fmt: skip
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
            if n % BREATH == 0:
                gevent.sleep(0)

    def _packet(self, event: str, data: Any, namespace: str) -> eio.Packet:
        packet = self.server.packet_class(sio.EVENT, namespace=namespace, data=[event, data])
        return Emitted(eio.MESSAGE, packet.encode())

    def _send(self, follower: Any, packet: eio.Packet, frame: bytes, namespace: str) -> None:
        websocket: WebSocket | None = getattr(follower, "websocket", None)
        if websocket is not None and follower.queue.empty() and websocket.try_send(frame):
            if websocket.unfinished:
                follower.queue.put(eio.Packet(eio.NOOP))  # wakes her writer, which finishes the frame first
        elif follower.queue.qsize() < CAP:
            follower.queue.put(packet)
        else:
            self._make_resume(follower, namespace)

    def _make_resume(self, follower: Any, namespace: str) -> None:
        """Throw away what waits, and leave one word in its place."""
        queue = follower.queue
        kept = []
        while not queue.empty():
            packet = queue.get_nowait()
            queue.task_done()
            if not isinstance(packet, Emitted):
                kept.append(packet)
        for packet in (*kept, self._packet("resume", {}, namespace)):
            queue.put(packet)
