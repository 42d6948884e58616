"""Where one HTTP request of a kept connection ends and the next begins: enough of HTTP/1.1 for the proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


class Splitter:
    """Takes bytes as they come, gives whole requests: head and body. (No chunked bodies: our clients send none.)"""

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
