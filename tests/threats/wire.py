"""A raw socket connection for sending what well-behaved clients never send."""

from __future__ import annotations

import json
import socket
import struct
import time
import zlib
from types import TracebackType
from typing import Any, Self

from backchannel.live.transport import frames
from tests.stage import Server

GONE = None  # returned instead of a message when the connection is closed


def frame(data: bytes, first: int = 0x81) -> bytes:
    """Return a client's frame, masked with zeros."""
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    else:
        head = struct.pack("!BBH", first, 0xFE, size) if size < 1 << 16 else struct.pack("!BBQ", first, 0xFF, size)
    return head + b"\0\0\0\0" + data


class Wire:
    """A raw connection. `hello` sends CONNECT, `say` sends any text, and `heard` returns the next message."""

    def __init__(self, server: Server, **headers: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        asked = {
            "Host": f"127.0.0.1:{server.port}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13", **headers,
        }  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        self._socket.sendall(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{lines}\r\n".encode())
        self._buffer = b""
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._socket.recv(4096)
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.head = head.decode()
        self.frame_bytes = 0  # bytes of the latest frame

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def hello(self, **auth: str) -> Self:
        assert str(self.heard()).startswith("0{")
        self.say("40" + (json.dumps(auth) if auth else ""))
        assert str(self.heard()).startswith("40{")
        return self

    def say(self, text: str) -> None:
        self.send(frame(text.encode()))

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def call(self, name: str, message: Any) -> dict[str, Any]:
        self.say("421" + json.dumps([name, message]))
        while (said := self.heard()) is not GONE:
            if said.startswith("431"):
                answer: dict[str, Any] = json.loads(said[3:])[0]
                return answer
        raise AssertionError("the connection was closed in place of an answer")

    def is_closed(self, within: float = 5.0) -> bool:
        """Wait until the server closes the connection. Only a note about the programme may come before."""
        while (late := self.heard(within)) is not GONE:
            assert str(late).startswith('42["programme"'), late
        return True

    def heard(self, within: float = 10.0) -> str | None:
        """Return the next message other than pings and heads, or `GONE` once the connection is closed."""
        end = time.monotonic() + within
        while True:
            while (found := self._frame()) is None:
                self._socket.settimeout(max(0.01, end - time.monotonic()))
                try:
                    data = self._socket.recv(65536)
                except ConnectionError:
                    return GONE
                if not data:
                    return GONE
                self._buffer += data
            opcode, payload = found
            if opcode == frames.CLOSE:
                return GONE
            if opcode == frames.TEXT and payload != b"2" and not payload.startswith(b'42["head"'):
                return payload.decode()

    def until_the_end(self) -> bytes:
        """Return all bytes until the connection closes."""
        self._socket.settimeout(10)
        while data := self._socket.recv(65536):
            self._buffer += data
        return self._buffer

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, start = int.from_bytes(buffer[2 : 2 + width], "big"), 2 + width
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        self.frame_bytes = start + size
        payload = buffer[start : start + size]
        if buffer[0] & frames.COMPRESSED:
            payload = zlib.decompressobj(-15).decompress(payload + b"\0\0\xff\xff")
        return buffer[0] & 0x0F, payload
