"""A follower's WebSocket under gevent, in the slot that Engine.IO's async drivers fill.

simple-websocket ignores short writes, which corrupts the stream of a stalled follower under gevent. Here every frame is
completed before the next one begins. An idle connection costs one greenlet, which waits for the client.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import gevent
from engineio import exceptions, packet

from backchannel.live.limits import Bucket
from backchannel.live.transport import deflate, frames

log = logging.getLogger(__name__)

WRITE_TIMEOUT_S = 45.0  # for one frame
MAX_MESSAGE_BYTES = 64 * 1024  # bytes in a client's message
MAX_FRAMES_PER_MINUTE = 3000  # from one client
POLICY_VIOLATION = 1008  # close code "policy violation" (RFC 6455, section 7.4.1)
READ_BYTES = 8192
_NOTHING: Iterator[tuple[int, bytes]] = iter(())


class WebSocket:
    """One connection. `wait` and `write` block the calling greenlet; `try_send` never blocks."""

    __slots__ = (
        "_closed", "_decoder", "_ending", "_first", "_messages", "_owner", "_pace", "_raw", "_socket", "_unsent",
        "deflates", "heard_at", "joined", "opened_at", "ping_at",
    )  # fmt: skip

    def __init__(self, handler: Callable[..., Any], _server: object) -> None:
        self._owner: Any = handler.__self__  # type: ignore[attr-defined]  # the Engine.IO socket
        self._messages = _NOTHING
        self._first = b""  # bytes that followed the handshake
        self._unsent = b""  # the unsent part of a frame
        self._ending = False  # a close frame was sent, or would have been
        self._closed = False
        self.deflates = False  # the connection negotiated compression
        self.joined = False  # the client has joined Socket.IO
        self.opened_at = self.heard_at = self.ping_at = time.monotonic()
        self._pace = Bucket(MAX_FRAMES_PER_MINUTE, self.opened_at)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer the handshake, then pass messages to Engine.IO until the connection ends."""
        extensions = deflate.negotiate(environ.get("HTTP_SEC_WEBSOCKET_EXTENSIONS", ""))
        self.deflates = extensions is not None
        self._decoder = frames.Decoder(MAX_MESSAGE_BYTES, deflates=self.deflates)
        by_gunicorn = "gunicorn.socket" in environ
        try:
            self._attach(environ, start_response)
            self._socket.sendall(_handshake(environ["HTTP_SEC_WEBSOCKET_KEY"], extensions))
            self._receive_all()
        except OSError:
            pass  # the client left during the handshake
        finally:
            self._leave()
        if by_gunicorn:
            raise StopIteration  # tells gunicorn that the response is not its business
        return []

    def _attach(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> None:
        if "gunicorn.socket" in environ:
            self._socket = environ["gunicorn.socket"]
        else:
            reader = getattr(environ["wsgi.input"], "rfile", environ["wsgi.input"])
            self._socket = reader.raw._sock
            self._first = _release(reader, self._socket, getattr(start_response, "__self__", None))
        self._raw = getattr(self._socket, "_sock", self._socket)
        self._socket.settimeout(None)  # lifecycle.py closes silent connections
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # --- receiving

    def _receive_all(self) -> None:
        """Pass the client's packets to Engine.IO until the connection ends."""
        owner = self._owner
        owner.connected = owner.upgraded = True
        owner.websocket = self
        owner.queue.attach(self)
        try:
            while (message := self.wait()) is not None:
                owner.receive(packet.Packet(encoded_packet=message))
        except (ValueError, RecursionError, exceptions.EngineIOError):
            pass  # a packet that cannot be decoded, or a connection that is closed already
        except Exception:
            log.exception("A message failed; its connection is closed")

    def _leave(self) -> None:
        """End the connection, wherever it stopped, so that Engine.IO keeps nothing of it."""
        owner = self._owner
        owner.close(wait=False, abort=True, reason=owner.server.reason.TRANSPORT_CLOSE)
        owner.server.sockets.pop(owner.sid, None)
        self.close()

    def wait(self) -> str | None:
        """Return the next message, or `None` when the connection has ended."""
        try:
            while True:
                for opcode, payload in self._messages:
                    gevent.sleep(0)  # a client that never pauses must not hold the process
                    if self._pace.take(1, time.monotonic()):
                        self._send_close(frames.close(POLICY_VIOLATION))
                        return None
                    if opcode == frames.TEXT:
                        return payload.decode()
                    if not self._control(opcode, payload):
                        return None
                self._messages = _NOTHING
                data = self._first or self._socket.recv(READ_BYTES)
                if not data:
                    return None
                self._first = b""
                self.heard_at = time.monotonic()
                self._messages = self._decoder.feed(data)
                del data  # or it would be kept while the client is idle
        except frames.BadFrame as fault:
            self._send_close(frames.close(fault.code))
        except UnicodeDecodeError:
            self._send_close(frames.close(1007))
        except (OSError, ValueError):
            pass
        return None

    def _control(self, opcode: int, payload: bytes) -> bool:
        if opcode == frames.CLOSE:
            self._send_close(frames.close(1000))
            return False
        if opcode == frames.PING:
            self._owner.queue.join()
            self._owner.queue.push(frames.encode(payload, frames.PONG))
        return True

    # --- sending: only the outbox calls these, one at a time

    def try_send(self, frame: bytes) -> bool:
        """Write a frame without blocking. Returns False if nothing was written.

        The unsent part of a partly written frame is completed by `finish`.
        """
        if self._closed or self._unsent:
            return False
        try:
            sent = self._raw.send(frame, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True  # the connection is dead; its reader notices and cleans up
        if sent != len(frame):
            self._unsent = frame[sent:]
        return True

    @property
    def unfinished(self) -> bool:
        """Return whether a frame is partly written."""
        return bool(self._unsent)

    def finish(self) -> None:
        """Write the rest of a partly written frame. Raises `OSError` after `WRITE_TIMEOUT_S`."""
        self.write(b"")

    def write(self, frame: bytes) -> None:
        """Write a complete frame, waiting for a slow follower. Raises `OSError` after `WRITE_TIMEOUT_S`."""
        self._unsent += frame  # keeps a close frame from being written inside this one
        with gevent.Timeout(WRITE_TIMEOUT_S, TimeoutError("the follower does not read")):
            self._socket.sendall(self._unsent)
        self._unsent = b""

    def _send_close(self, frame: bytes) -> None:
        """Send a close frame once, if that is possible without blocking."""
        if not self._ending:
            self._ending = True
            self.try_send(frame)

    def close(self) -> None:
        """Close the connection."""
        if not self._closed:
            self._send_close(frames.close(1000))
            self._closed = True
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def is_handshake(environ: Mapping[str, Any]) -> bool:
    """Return whether the request asks for a WebSocket of version 13 (RFC 6455, section 4.2.1)."""
    upgrades = [part.strip() for part in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY")
    return bool(key) and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13" and "upgrade" in upgrades


def _handshake(key: str, extensions: str | None) -> bytes:
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    lines.append(f"Sec-WebSocket-Accept: {frames.accept_key(key)}")
    if extensions:
        lines.append(f"Sec-WebSocket-Extensions: {extensions}")
    return "\r\n".join([*lines, "", ""]).encode()


def _release(reader: Any, connection: Any, handler: Any) -> bytes:
    """Free what pywsgi keeps of the request, and return the bytes that it had read beyond the handshake."""
    connection.settimeout(0)
    first: bytes = reader.peek() or b""
    if hasattr(handler, "rfile"):
        reader.detach()  # frees its buffer of 8 KB
        handler.rfile = io.BytesIO()
        handler.headers = None
    return first
