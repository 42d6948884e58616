"""Sealed pages: what is full and does not change is written and compressed once, for everybody who catches up.

A page is known by its extent (store/base.py), asked of the database each time: when anything on it is corrected, hidden,
withdrawn or erased, the extent is another one, and the old page is never served again. `now` on a sealed page is when it
was sealed: the clock is taken from the last page, which never is.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict

from flask import Response, json, request

from backchannel.live.auth import stamped
from backchannel.live.dispatcher import Channel, frame
from backchannel.live.services import Services

PageExtent = tuple[int, int, bool]
MOST = 200  # pages kept; some 20 KB each

_pages: OrderedDict[str, bytes] = OrderedDict()


def page(services: Services, channel: Channel, after: int, limit: int, page_extent: PageExtent) -> Response:
    """The page as an answer: 304 where the asker has it already."""
    key = "\x1f".join(map(str, (services.read().epoch(), *channel, after, limit, *page_extent)))
    tag = hashlib.sha256(key.encode()).hexdigest()[:24]
    if request.if_none_match.contains(tag):
        return _headed(Response(status=304), tag)
    if tag not in _pages:
        _pages[tag] = _sealed(services, channel, after, limit)
        while len(_pages) > MOST:
            _pages.popitem(last=False)
    _pages.move_to_end(tag)
    return _headed(_answer(_pages[tag]), tag)


def _sealed(services: Services, channel: Channel, after: int, limit: int) -> bytes:
    found = services.read().changes(*channel, after, limit)
    answer = stamped(services, frame(channel, found) | {"more": found.more})
    return gzip.compress(json.dumps(answer).encode(), 6, mtime=0)


def _answer(compressed: bytes) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(compressed, mimetype="application/json", headers={"Content-Encoding": "gzip"})
    return Response(gzip.decompress(compressed), mimetype="application/json")


def _headed(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    viewer = "Cookie" in request.headers or "Authorization" in request.headers
    response.headers["Cache-Control"] = "private, no-cache" if viewer else "no-cache"
    response.vary.update(["Accept-Encoding", "Cookie", "Authorization"])
    return response
