"""A strict parser for websocket frames on the client side. Anything a server must not send raises `ValueError`."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A


class Frames:
    """A parser that takes bytes and yields complete texts."""

    def __init__(self, data: bytes = b"") -> None:
        self._buffer = bytearray(data)

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def texts(self) -> Iterator[str]:
        while (found := self._next()) is not None:
            kind, payload = found
            if kind == TEXT:
                yield payload.decode()
            elif kind not in (CLOSE, PING, PONG):
                raise ValueError(f"a frame that begins with {kind:#x}")

    def _next(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        kind, size, start = buffer[0], buffer[1], 2
        if size >= 126:
            if size > 127:
                raise ValueError("a server's frame is masked")
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start], "big")
        if size > 1 << 24:
            raise ValueError(f"a frame of {size} bytes")
        if len(buffer) < start + size:
            return None
        payload = bytes(buffer[start : start + size])
        del buffer[: start + size]
        return kind, payload


def masked(payload: bytes) -> bytes:
    """Return a client's text frame, masked with zeros, which is a valid mask."""
    size = len(payload)
    head = bytes([TEXT, 0x80 | size]) if size < 126 else bytes([TEXT, 0xFE]) + size.to_bytes(2, "big")
    return head + bytes(4) + payload


def upgrade(connection: socket.socket, path: str) -> bytes:
    """Perform the websocket handshake. Return the bytes that followed the response."""
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{connection.getpeername()[1]}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        assert more, f"the server closed the handshake: {data!r}"
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101"), head
    return rest
