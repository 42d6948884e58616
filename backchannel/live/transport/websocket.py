"""The websocket of one follower, under gevent: what engineio's slot `_async["websocket"]` expects, and correct.

simple-websocket gives its frame to `socket.send` once and forgets what did not fit: under gevent a stalled follower's stream is
corrupted. Here a frame is finished before the next begins, by whoever writes.
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

PATIENCE = 45.0  # seconds without a byte in either direction: engineio pings every 25 and waits 20
MOST = 64 * 1024  # bytes of a client's message
FRAMES_A_MINUTE = 3000  # from one client; nobody has that much to say
TOO_MANY = 1008  # close code: against the rules of the house


class WebSocket:
    """One connection. `wait` and `send` block their greenlet only; `try_send` never blocks."""

    def __init__(self, handler: Callable[[WebSocket], Any], server: object) -> None:
        self._handler = handler
        self._decoder = frames.Decoder(MOST)
        self._messages: Iterator[tuple[int, bytes]] = iter(())
        self._pace = Bucket(FRAMES_A_MINUTE, time.monotonic())
        self._writing = BoundedSemaphore(1)
        self._rest = b""  # of a frame that `try_send` began and the socket did not take whole
        self._ending = False  # a close frame was sent, or would have been
        self._closed = False
        self._owner: Any = getattr(handler, "__self__", None)  # engineio's socket, whose queue `try_send` must not overtake
        if self._owner is not None:
            self._owner.websocket = self

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13" or not key:
            start_response("400 BAD REQUEST", [("Content-Type", "text/plain")])
            return [b"This is no websocket handshake of version 13."]
        self._attach(environ)
        self._socket.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + frames.accept_key(key).encode() + b"\r\n\r\n"
        )
        try:
            self._handler(self)
        except (ValueError, RecursionError):  # a packet of engineio's that cannot be decoded
            self._owner.close(wait=False, abort=True)
        self.close()
        if "gunicorn.socket" in environ:
            raise StopIteration  # how gunicorn is told that the response is not its business
        return []

    def _attach(self, environ: dict[str, Any]) -> None:
        if "gunicorn.socket" in environ:
            self._socket = environ["gunicorn.socket"]
            self._receive = lambda: self._socket.recv(8192)
        else:
            # pywsgi's reader may hold bytes that came right behind the handshake: go on reading through it.
            reader = getattr(environ["wsgi.input"], "rfile", environ["wsgi.input"])
            self._socket = reader.raw._sock
            self._receive = lambda: reader.read1(8192)
        self._socket.settimeout(PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # --- what comes in

    def wait(self) -> str | None:
        """The next message; None when the connection is over, whoever ended it and however."""
        try:
            while True:
                for opcode, payload in self._messages:
                    gevent.sleep(0)  # whoever sends without a pause would have the process for herself
                    if self._pace.take(1, time.monotonic()):
                        self._last_word(frames.close(TOO_MANY))
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
            self._last_word(frames.close(fault.code))
        except UnicodeDecodeError:
            self._last_word(frames.close(1007))
        except (OSError, ValueError):
            pass
        return None

    def _control(self, opcode: int, payload: bytes) -> bool:
        if opcode == frames.CLOSE:
            self._last_word(frames.close(1000))
            return False
        if opcode == frames.PING:
            self._write(frames.encode(payload, frames.PONG))
        return True

    # --- what goes out

    def send(self, message: str | bytes) -> None:
        """Send one message whole, waiting for a slow follower; an `OSError` where it took nothing for `PATIENCE`."""
        if isinstance(message, str):
            message = message.encode()
        self._write(frames.encode(message))

    def try_send(self, frame: bytes) -> bool:
        """Write a frame at once, if nobody is writing and the socket takes it. False: nothing of it was written. What the
        socket took in part is finished before anything else."""
        if self._closed or self._rest or not self._writing.acquire(blocking=False):
            return False
        try:
            raw = getattr(self._socket, "_sock", self._socket)
            sent = raw.send(frame, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True  # it is dead: its reader finds out and cleans up
        finally:
            self._writing.release()
        self._rest = frame[sent:]
        return True

    @property
    def unfinished(self) -> bool:
        """Whether a frame is written in part: the next `send` finishes it first."""
        return bool(self._rest)

    def _write(self, data: bytes) -> None:
        with self._writing:
            rest, self._rest = self._rest, b""
            if rest or data:
                self._socket.sendall(rest + data)

    def _last_word(self, frame: bytes) -> None:
        """A close frame, if it goes out at once; a stalled follower does not get one, and nobody gets two."""
        if not self._ending:
            self._ending = True
            self.try_send(frame)

    def close(self) -> None:
        if not self._closed:
            self._last_word(frames.close(1000))
            self._closed = True
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
