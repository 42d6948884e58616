"""Fan-out: frames a broadcast once and passes it to the outbox of every follower in the room."""

from __future__ import annotations

from typing import Any

import gevent
import socketio
from engineio import packet as eio
from socketio import packet as sio

from backchannel.live.transport.outbox import Broadcast

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
        message = self._broadcast(event, data, namespace)
        sockets = self.server.eio.sockets
        for n, (_, eio_sid) in enumerate(self.get_participants(namespace, room), 1):
            follower = sockets.get(eio_sid)
            if follower is not None and not follower.closed:
                if follower.queue.has_room():
                    follower.queue.push(message)
                else:
                    follower.queue.resume_with(self._broadcast("resume", {}, namespace))
            if n % SENDS_PER_TURN == 0:
                gevent.sleep(0)

    def _broadcast(self, event: str, data: Any, namespace: str) -> Broadcast:
        packet = self.server.packet_class(sio.EVENT, namespace=namespace, data=[event, data])
        return Broadcast(eio.Packet(eio.MESSAGE, packet.encode()).encode())
