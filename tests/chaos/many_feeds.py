"""Serve many feeds with many posts. Each feed responds differently on every request.

    python tests/chaos/many_feeds.py FEEDS POSTS [steady]     prints its ports, and runs until its input ends

/7 is feed 7. In turn it responds with 200, with 304 (to a matching ETag), with 429, slowly, and incompletely. `steady`
uses only the first two. The feeds are divided among the ports, because a poller sends each host one request at a time.

"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

PORTS = 4
MOODS = ("sound", "known", "too many", "slow", "broken")
SLOW = 0.2  # seconds


@lru_cache(maxsize=1000)
def feed(number: int, posts: int) -> bytes:
    items = "".join(
        f"<item><guid>{number}/{post}</guid><description>{text_of(number, post)}</description></item>"
        for post in range(posts)
    )
    return f"<rss version='2.0'><channel><title>Feed {number}</title>{items}</channel></rss>".encode()


def text_of(number: int, post: int) -> str:
    return f"post {post} of feed {number}"


class Hosts:
    """The ports of the servers, and the number of requests they received."""

    def __init__(self, feeds: int, posts: int, *, steady: bool = False) -> None:
        self.feeds, self.posts, self.steady = feeds, posts, steady
        self.visits: Counter[int] = Counter()
        self.ports: list[int] = []
        self._lock = Lock()

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{self.ports[n % len(self.ports)]}/{n}" for n in range(self.feeds)]

    def mood(self, number: int) -> str:
        with self._lock:
            self.visits[number] += 1
            turn = self.visits[number] + number
        return "known" if self.steady else MOODS[turn % len(MOODS)]

    @contextmanager
    def serving(self) -> Iterator[Hosts]:
        with ExitStack() as stack:
            for _ in range(PORTS):
                server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
                Thread(target=server.serve_forever, daemon=True).start()
                stack.callback(server.shutdown)
                self.ports.append(server.server_port)
            yield self

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hosts = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                number = int(self.path.strip("/"))
                body, mood = feed(number, hosts.posts), hosts.mood(number)
                if mood == "slow":
                    time.sleep(SLOW)
                if mood == "too many":
                    self.answer(429, b"", "Retry-After: 1")
                elif mood == "known" and self.headers["If-None-Match"] == f'"{number}"':
                    self.answer(304, b"")
                else:
                    self.answer(200, body, f'ETag: "{number}"', half=mood == "broken")

            def answer(self, status: int, body: bytes, header: str = "X-Nothing: 1", *, half: bool = False) -> None:
                self.send_response(status)
                self.send_header(*header.split(": "))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):  # the poller was killed
                    self.wfile.write(body[: len(body) // 2] if half else body)

            def log_message(self, *words: Any) -> None:
                """Log nothing."""

        return Handler


if __name__ == "__main__":
    with Hosts(int(sys.argv[1]), int(sys.argv[2]), steady="steady" in sys.argv).serving() as hosts:
        print(*hosts.urls, flush=True)
        sys.stdin.read()
