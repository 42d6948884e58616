"""Split a kept-alive connection into HTTP requests, with as much of HTTP/1.1 as the proxy needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


class Splitter:
    """A parser that takes chunks of bytes and yields whole requests (head and body). Our clients send no chunked bodies."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while (end := self._end()) is not None:
            request, self._buffer = self._buffer[:end], self._buffer[end:]
            yield request

    def _end(self) -> int | None:
        head, blank, _ = self._buffer.partition(b"\r\n\r\n")
        if not blank:
            return None
        found = _LENGTH.search(head)
        end = len(head) + 4 + (int(found[1]) if found else 0)
        return end if len(self._buffer) >= end else None
