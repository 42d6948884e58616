"""Sealed pages: full pages of a channel, serialised and compressed once for everybody who catches up.

A page is identified by its extent (store/base.py), which is read from the database for each request. When an item on it
is corrected, hidden, withdrawn or erased, the extent changes, and the old page is never served again. `now` on a sealed
page is the time of sealing; clients take the time from the last page, which is never sealed.
"""

from __future__ import annotations

from functools import partial
from typing import cast

from flask import Flask, Response, current_app, json, request

from backchannel.live.auth import with_epoch_and_time
from backchannel.live.dispatcher import Channel, frame
from backchannel.live.services import Services
from backchannel.web import kept
from backchannel.web.unchanged import same_for_everybody

PageExtent = tuple[int, int, bool]


def page(services: Services, channel: Channel, after: int, limit: int, page_extent: PageExtent) -> Response:
    """Return the page, or 304 if the client has it."""
    pages = cast(kept.KeptPages, current_app.extensions["backchannel sealed pages"])
    key = (services.read().epoch(), *channel, after, limit, *page_extent)
    sealed = pages.page(key, kept.off_hub(partial(_sealed, services, channel, after, limit)))
    same_for_everybody()
    response = kept.response(sealed, "application/json")
    viewer = "Cookie" in request.headers or "Authorization" in request.headers
    response.headers["Cache-Control"] = "private, no-cache" if viewer else "no-cache"
    return response


def _sealed(services: Services, channel: Channel, after: int, limit: int) -> str:
    found = services.read().changes(*channel, after, limit)
    return json.dumps(with_epoch_and_time(services, frame(channel, found) | {"more": found.more}))


def register(app: Flask) -> None:
    app.extensions["backchannel sealed pages"] = kept.KeptPages()
