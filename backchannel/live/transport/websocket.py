"""A follower's WebSocket under gevent, in the slot that Engine.IO's async drivers fill.

simple-websocket ignores short writes, which corrupts the stream of a stalled follower under gevent. Here every frame is
completed before the next one begins.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore

from backchannel.live.limits import Bucket
from backchannel.live.transport import frames

SILENCE_TIMEOUT_S = 45.0  # without a byte in either direction; Engine.IO pings every 25 s and waits 20
MAX_MESSAGE_BYTES = 64 * 1024  # bytes in a client's message
MAX_FRAMES_PER_MINUTE = 3000  # from one client
POLICY_VIOLATION = 1008  # close code "policy violation" (RFC 6455, section 7.4.1)


class WebSocket:
    """One connection. `wait` and `send` block the calling greenlet; `try_send` never blocks."""

    def __init__(self, handler: Callable[[WebSocket], Any], _server: object) -> None:
        self._handler = handler
        self._decoder = frames.Decoder(MAX_MESSAGE_BYTES)
        self._messages: Iterator[tuple[int, bytes]] = iter(())
        self._pace = Bucket(MAX_FRAMES_PER_MINUTE, time.monotonic())
        self._writing = BoundedSemaphore(1)
        self._unsent = b""  # the unsent part of a frame
        self._ending = False  # a close frame was sent, or would have been
        self._closed = False
        self._owner: Any = getattr(handler, "__self__", None)  # the Engine.IO socket, whose queue `try_send` must not overtake
        if self._owner is not None:
            self._owner.websocket = self

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer the handshake, then run Engine.IO's handler until the connection ends."""
        key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13" or not key:
            start_response("400 BAD REQUEST", [("Content-Type", "text/plain")])
            return [b"This isn't a WebSocket handshake of version 13."]
        self._attach(environ)
        self._socket.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + frames.accept_key(key).encode() + b"\r\n\r\n"
        )
        try:
            self._handler(self)
        except (ValueError, RecursionError):  # an Engine.IO packet that cannot be decoded
            self._owner.close(wait=False, abort=True)
        self.close()
        if "gunicorn.socket" in environ:
            raise StopIteration  # tells gunicorn that the response is not its business
        return []

    def _attach(self, environ: dict[str, Any]) -> None:
        if "gunicorn.socket" in environ:
            self._socket = environ["gunicorn.socket"]
            self._receive: Callable[[], bytes] = lambda: self._socket.recv(8192)
        else:
            # pywsgi's reader may hold bytes that followed the handshake, so keep reading through it.
            reader = getattr(environ["wsgi.input"], "rfile", environ["wsgi.input"])
            self._socket = reader.raw._sock
            self._receive = lambda: reader.read1(8192)
        self._socket.settimeout(SILENCE_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # --- receiving

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
                data = self._receive()
                if not data:
                    return None
                self._messages = self._decoder.feed(data)
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
            self._write(frames.encode(payload, frames.PONG))
        return True

    # --- sending

    def send(self, message: str | bytes) -> None:
        """Send one complete message, waiting for a slow follower. Raises `OSError` after `SILENCE_TIMEOUT_S` without
        progress.
        """
        if isinstance(message, str):
            message = message.encode()
        self._write(frames.encode(message))

    def try_send(self, frame: bytes) -> bool:
        """Write a frame without blocking. Returns False if nothing was written.

        The unsent part of a partly written frame is completed before anything else.
        """
        if self._closed or self._unsent or not self._writing.acquire(blocking=False):
            return False
        try:
            raw = getattr(self._socket, "_sock", self._socket)
            sent = raw.send(frame, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True  # the connection is dead; its reader notices and cleans up
        finally:
            self._writing.release()
        self._unsent = frame[sent:]
        return True

    @property
    def unfinished(self) -> bool:
        """Return whether a frame is partly written. The next `send` completes it."""
        return bool(self._unsent)

    def _write(self, data: bytes) -> None:
        with self._writing:
            rest, self._unsent = self._unsent, b""
            if rest or data:
                self._socket.sendall(rest + data)

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
