"""Pages that are kept: rendered and compressed once for everybody who sees the same.

    key -> kept?  yes: send it, or 304 if the browser has it
                  no:  wait for the turn -> render -> compress -> keep, send

A key names everything that the page is made of: the epoch, the event's version, the seq of its channel, the minute, and
the kind of viewer. A changed page therefore has another key, and an outdated page is never served. Pages render one at a
time, so that live traffic gets its turn between two of them, and concurrent requests for a page share one rendering.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from flask import Response, request
from gevent.lock import BoundedSemaphore

MAX_KEPT_BYTES = 48 * 1024 * 1024  # of compressed pages
COMPRESSION_LEVEL = 5

Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A compressed page and its entity tag."""

    tag: str
    packed: bytes


class KeptPages:
    """A cache of pages in this process's memory. The least recently used pages are dropped first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self._bytes = 0
        self._turn = BoundedSemaphore(1)

    def page(self, key: Key, render: Callable[[], str]) -> KeptPage:
        """Return the page with this key, rendering it unless it is kept."""
        if key not in self._pages:
            with self._turn:
                if key not in self._pages:  # another request may have rendered it during the wait
                    self._keep(key, _packed(key, render()))
        self._pages.move_to_end(key)
        return self._pages[key]

    def _keep(self, key: Key, page: KeptPage) -> None:
        self._pages[key] = page
        self._bytes += len(page.packed)
        while self._bytes > MAX_KEPT_BYTES and len(self._pages) > 1:
            self._bytes -= len(self._pages.popitem(last=False)[1].packed)

    def rendered(self, render: Callable[[], str]) -> str:
        """Return a page for one viewer only. It waits for its turn and is not kept."""
        with self._turn:
            return render()


def _packed(key: Key, html: str) -> KeptPage:
    tag = hashlib.sha256(repr(key).encode("utf-8", "replace")).hexdigest()[:24]
    return KeptPage(tag, gzip.compress(html.encode(), COMPRESSION_LEVEL, mtime=0))


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
