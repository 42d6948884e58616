"""Sealed pages: full pages of a channel, serialised and compressed once for everybody who catches up.

A page is identified by its extent (store/base.py), which is read from the database for each request. When an item on it
is corrected, hidden, withdrawn or erased, the extent changes, and the old page is never served again. `now` on a sealed
page is the time of sealing; clients take the time from the last page, which is never sealed.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict

from flask import Response, json, request

from backchannel.live.auth import with_epoch_and_time
from backchannel.live.dispatcher import Channel, frame
from backchannel.live.services import Services
from backchannel.web.unchanged import same_for_everybody

PageExtent = tuple[int, int, bool]
MAX_PAGES = 200  # pages in the cache, about 20 KB each

_pages: OrderedDict[str, bytes] = OrderedDict()


def page(services: Services, channel: Channel, after: int, limit: int, page_extent: PageExtent) -> Response:
    """Return the page, or 304 if the client has it."""
    key = "\x1f".join(map(str, (services.read().epoch(), *channel, after, limit, *page_extent)))
    tag = hashlib.sha256(key.encode()).hexdigest()[:24]
    if request.if_none_match.contains(tag):
        return _headed(Response(status=304), tag)
    if tag not in _pages:
        _pages[tag] = _sealed(services, channel, after, limit)
        while len(_pages) > MAX_PAGES:
            _pages.popitem(last=False)
    _pages.move_to_end(tag)
    same_for_everybody()
    return _headed(_answer(_pages[tag]), tag)


def _sealed(services: Services, channel: Channel, after: int, limit: int) -> bytes:
    found = services.read().changes(*channel, after, limit)
    answer = with_epoch_and_time(services, frame(channel, found) | {"more": found.more})
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
