"""Where hubs ask whether we meant it, and tell of new posts (WebSub; ingest/websub). The address is known to the hub alone."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from backchannel.desk.subscriptions import believe, nudge_feed
from backchannel.domain.model import Feed
from backchannel.ingest.websub import LEASE, is_callback, is_signed
from backchannel.web.guard import services

websub = Blueprint("websub", __name__)

LONGEST_CHALLENGE = 1_000  # characters
LARGEST = 5 * 1024 * 1024  # bytes of what is pushed; it is only weighed, not read


@websub.get("/websub/<event>/<id>/<token>")
def verify(event: str, id: str, token: str) -> ResponseReturnValue:
    """`hub.mode=subscribe`: yes, if we asked for this topic. `unsubscribe`: yes, if the feed is not there any more."""
    mode, challenge = request.args.get("hub.mode", ""), request.args.get("hub.challenge", "")
    feed = services().desk.read().feed(event, id)
    if len(challenge) > LONGEST_CHALLENGE or not _is_meant(feed, mode, token):
        return _plain("Not asked for.", 404)
    if feed is not None:
        believe(services().desk, feed, timedelta(seconds=_lease()))
    return _plain(challenge, 200)


@websub.post("/websub/<event>/<id>/<token>")
def told(event: str, id: str, token: str) -> ResponseReturnValue:
    """Something new, says the hub. What is not signed by it gets the same answer, as the standard asks, and changes nothing."""
    feed = services().desk.read().feed(event, id)
    if feed is None:
        return _plain("That feed is not followed any more.", 410)
    if not is_callback(feed, token):
        return _plain("Not asked for.", 404)
    request.max_content_length = LARGEST
    if is_signed(feed, request.headers.get("X-Hub-Signature", ""), request.get_data(cache=False)):
        nudge_feed(services().desk, feed)
    return _plain("", 202)


def _is_meant(feed: Feed | None, mode: str, token: str) -> bool:
    if feed is None:
        return mode == "unsubscribe"
    return mode == "subscribe" and is_callback(feed, token) and request.args.get("hub.topic") == feed.hub_topic


def _lease() -> int:
    seconds = request.args.get("hub.lease_seconds", "")
    return int(seconds[:9]) if seconds.isdecimal() and seconds.isascii() else LEASE


def _plain(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")


def register(app: Flask) -> None:
    app.register_blueprint(websub)
