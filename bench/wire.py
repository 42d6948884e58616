"""Benchmark of the bytes of a note on a follower's connection, with and without permessage-deflate."""

from __future__ import annotations

import json
import socket
import zlib
from typing import Any

from bench.data import Camp
from bench.subjects import FILLING

NOTES = 30
QUICK_TIMEOUT_S = 20
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


class Follower:
    """A follower's websocket that counts the bytes it receives. It decompresses messages like a browser."""

    def __init__(self, camp: Camp, *, deflate: bool) -> None:
        self._socket = socket.create_connection(("127.0.0.1", camp.server.port), QUICK_TIMEOUT_S)
        self._buffer = b""
        self.deflates = self._upgrade(camp.server.port, deflate)
        self._inflater = zlib.decompressobj(-15)
        self._say("40{}", before="0")
        self._say("420" + json.dumps(["follow", {"event": camp.slug, "channel": camp.channel()}]), before="40")
        self._until("43")

    def _upgrade(self, port: int, deflate: bool) -> bool:
        self._socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
            f"{DEFLATE if deflate else ''}\r\n".encode()
        )
        while b"\r\n\r\n" not in self._buffer:
            self._receive()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        return b"permessage-deflate" in head.lower()

    def _say(self, text: str, before: str) -> None:
        self._until(before)
        data = text.encode()
        assert len(data) < 1 << 16
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        self._socket.sendall(b"\x81" + size + bytes(4) + data)

    def _until(self, start: str) -> None:
        while not self.next_text()[0].startswith(start):
            pass

    def next_text(self) -> tuple[str, int]:
        """Return the next text message and the size of its frame in bytes."""
        while True:
            kind, payload, size = self._frame()
            if kind & 0x40:
                payload = self._inflater.decompress(payload + b"\0\0\xff\xff")
            if kind & 15 == 1:
                return payload.decode(), size

    def _frame(self) -> tuple[int, bytes, int]:
        while True:
            data = self._buffer
            if len(data) >= 2:
                size, head = data[1], 2
                if size >= 126:
                    head = 4 if size == 126 else 10
                    size = int.from_bytes(data[2:head], "big")
                if len(data) >= head + size:
                    self._buffer = data[head + size :]
                    return data[0], data[head : head + size], head + size
            self._receive()

    def _receive(self) -> None:
        more = self._socket.recv(1 << 16)
        if not more:
            raise ConnectionError("The server closed a follower's connection.")
        self._buffer += more

    def next_changes(self) -> tuple[dict[str, Any], int]:
        """Return the next frame of changes and its size in bytes."""
        while True:
            text, size = self.next_text()
            if text.startswith('42["changes"'):
                return json.loads(text[2:])[1], size

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def bytes_per_note(camp: Camp, *, deflate: bool) -> float:
    """Return the mean size of a note's frame when notes are posted one at a time."""
    follower, writer = Follower(camp, deflate=deflate), camp.writer()
    total = 0
    try:
        for n in range(NOTES):
            writer.post(f"nr{n:08}xq {FILLING}")
            total += follower.next_changes()[1]
    finally:
        follower.close()
    return total / NOTES
