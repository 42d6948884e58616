"""WebSocket frames (RFC 6455) without a socket: bytes to messages and back.

Client frames must be masked, server frames are not. Messages are text, compressed if the connection negotiated it; a
binary frame or any other reserved bit is an error.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Iterator

from backchannel.live.transport import deflate

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 0x1, 0x2, 0x8, 0x9, 0xA, 0x0
COMPRESSED = 0x40  # the first reserved bit, on the first frame of a message (RFC 7692, section 6)
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


class BadFrame(ValueError):
    """A frame that a client may not send. `code` is the close code (RFC 6455, section 7.4.1)."""

    def __init__(self, message: str, code: int = 1002) -> None:
        super().__init__(message)
        self.code = code


def accept_key(key: str) -> str:
    """Return the Sec-WebSocket-Accept value for a key."""
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


def encode(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return one complete server frame. `opcode` may include `COMPRESSED`."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 127, size)
    return head + payload


def close(code: int) -> bytes:
    """Return a close frame."""
    return encode(struct.pack("!H", code), CLOSE)


class Decoder:
    """Turns received bytes into (opcode, payload) of complete messages and control frames."""

    __slots__ = ("_buffer", "_compressed", "_deflates", "_max_bytes", "_parts")

    def __init__(self, most: int, *, deflates: bool = False) -> None:
        self._max_bytes = most  # bytes in a message, both as received and inflated
        self._deflates = deflates  # the connection negotiated compression
        self._buffer = bytearray()
        self._parts: bytearray | None = None  # fragments of an unfinished message
        self._compressed = False  # that message is compressed

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Add received bytes and yield what is complete. Raises `BadFrame`; discard the connection afterwards."""
        self._buffer += data
        while (found := self._frame()) is not None:
            first, payload = found
            opcode = first & 0x0F
            if opcode >= CLOSE:
                yield opcode, payload
            elif (message := self._gathered(first, opcode, payload)) is not None:
                yield TEXT, message

    def _frame(self) -> tuple[int, bytes] | None:
        """Remove the first complete frame of the buffer and return its first byte and its payload."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        first, second = buffer[0], buffer[1]
        opcode, size, start = first & 0x0F, second & 0x7F, 2
        self._check(first, second, opcode, size)
        if size >= 126:
            width = 2 if size == 126 else 8
            if len(buffer) < 2 + width:
                return None
            size, start = int.from_bytes(buffer[2 : 2 + width], "big"), 2 + width
        if size + len(self._parts or b"") > self._max_bytes:
            raise BadFrame(f"a message of over {self._max_bytes} bytes", 1009)
        end = start + 4 + size
        if len(buffer) < end:
            return None
        payload = _unmasked(bytes(buffer[start + 4 : end]), bytes(buffer[start : start + 4]))
        del buffer[:end]
        return first, payload

    def _check(self, first: int, second: int, opcode: int, size: int) -> None:
        if first & 0x70 and not (self._deflates and opcode == TEXT and first & 0x70 == COMPRESSED):
            raise BadFrame("a reserved bit is set without an extension")
        if not second & 0x80:
            raise BadFrame("a client frame without a mask")
        if opcode >= CLOSE and (size > 125 or not first & 0x80):
            raise BadFrame("a control frame that is too long or fragmented")
        if opcode == BINARY:
            raise BadFrame("a binary message", 1003)
        if opcode not in (CONTINUATION, TEXT, CLOSE, PING, PONG):
            raise BadFrame(f"unknown opcode {opcode}")

    def _gathered(self, first: int, opcode: int, payload: bytes) -> bytes | None:
        if (opcode == CONTINUATION) != (self._parts is not None):
            raise BadFrame("a continuation without a message, or a message inside another")
        if self._parts is None:
            self._parts, self._compressed = bytearray(), bool(first & COMPRESSED)
        self._parts += payload
        if not first & 0x80:
            return None
        message, self._parts = bytes(self._parts), None
        return self._inflated(message) if self._compressed else message

    def _inflated(self, message: bytes) -> bytes:
        try:
            return deflate.decompress(message, self._max_bytes)
        except deflate.TooLong as fault:
            raise BadFrame(str(fault), 1009) from None
        except zlib.error:
            raise BadFrame("a message that cannot be inflated", 1007) from None


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")
