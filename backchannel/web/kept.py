"""Pages that are kept: rendered and compressed once for everybody who sees the same.

    key -> kept?  yes: send it, or 304 if the browser has it
                  no:  wait for the turn -> render -> compress -> keep, send

A key names everything that the page is made of: the epoch, the event's version, the seq of its channel, the minute, and
the kind of viewer. A changed page therefore has another key, and an outdated page is never served. Pages render one at a
time, so that live traffic gets its turn between two of them, and concurrent requests for a page share one rendering.
The tag is a hash of the contents, so that it stays right after a restart and between processes.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import cast

import gevent
from flask import Response, copy_current_request_context, request
from gevent.lock import BoundedSemaphore

from backchannel.domain.errors import Busy

MAX_KEPT_BYTES = 48 * 1024 * 1024  # of compressed pages
COMPRESSION_LEVEL = 5
LONG = 200_000  # characters; a longer page is compressed in a native thread

Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A compressed page and its entity tag."""

    tag: str
    packed: bytes


class KeptPages:
    """A cache of pages in this process's memory. The least recently used pages are dropped first."""

    def __init__(self, max_waiting: int = 10_000) -> None:
        self._max_waiting = max_waiting
        self._waiting = 0
        self._pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self._bytes = 0
        self._turn = BoundedSemaphore(1)

    def page(self, key: Key, render: Callable[[], str]) -> KeptPage:
        """Return the page with this key, rendering it unless it is kept. Raises `Busy` if too many requests wait.

        Wrap `render` in `off_hub` if it can take longer than ten milliseconds.
        """
        page = self._pages.get(key) or self._wait_for(key, render)
        if key in self._pages:
            self._pages.move_to_end(key)
        return page

    def _wait_for(self, key: Key, render: Callable[[], str]) -> KeptPage:
        if self._waiting >= self._max_waiting:
            raise Busy("Many people want this page. Try again in a moment.")
        self._waiting += 1
        try:
            with self._turn:
                page = self._pages.get(key)  # another request may have rendered it during the wait
                if page is None:
                    page = _packed(render())
                    self._keep(key, page)
                return page
        finally:
            self._waiting -= 1

    def _keep(self, key: Key, page: KeptPage) -> None:
        self._pages[key] = page
        self._bytes += len(page.packed)
        while self._bytes > MAX_KEPT_BYTES and len(self._pages) > 1:
            self._bytes -= len(self._pages.popitem(last=False)[1].packed)

    def rendered(self, render: Callable[[], str]) -> str:
        """Return a page for one viewer only. It waits for its turn and is not kept."""
        with self._turn:
            return render()


def off_hub(render: Callable[[], str]) -> Callable[[], str]:
    """Return a function that renders in a native thread, with the store's reader of that thread, while the hub goes on."""
    in_context = copy_current_request_context(render)
    return lambda: cast(str, gevent.get_hub().threadpool.apply(in_context))


def _packed(html: str) -> KeptPage:
    """Return a compressed page. While a native thread compresses a long one, live traffic continues."""
    if len(html) > LONG:
        return gevent.get_hub().threadpool.apply(_compressed, (html,))  # type: ignore[no-any-return]
    return _compressed(html)


def _compressed(html: str) -> KeptPage:
    body = html.encode()
    return KeptPage(hashlib.sha256(body).hexdigest()[:24], gzip.compress(body, COMPRESSION_LEVEL, mtime=0))


def response(page: KeptPage, mimetype: str = "text/html") -> Response:
    """Return the page as a response, or 304 if the request names its tag.

    Requests with a cookie get `private, no-store` from `guard`, and everybody else revalidates the page each time.
    """
    if request.if_none_match.contains_weak(page.tag):
        answer = Response(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        answer = Response(page.packed, mimetype=mimetype, headers={"Content-Encoding": "gzip"})
    else:
        answer = Response(gzip.decompress(page.packed), mimetype=mimetype)
    answer.set_etag(page.tag, weak=True)
    answer.vary.update(("Accept-Encoding", "Cookie", "Authorization"))
    return answer
