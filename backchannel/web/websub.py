"""The callback for WebSub hubs (see ingest/websub). Only the hub knows its address."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from backchannel.desk.subscriptions import nudge_feed, save_lease
from backchannel.domain.model import Feed
from backchannel.ingest.websub import LEASE, is_callback, is_signed
from backchannel.web.guard import services

websub = Blueprint("websub", __name__)

MAX_CHALLENGE = 1_000  # characters
MAX_PUSH_BYTES = 5 * 1024 * 1024  # bytes of a push, which is only verified, not read


@websub.get("/websub/<event>/<id>/<token>")
def verify(event: str, id: str, token: str) -> ResponseReturnValue:
    """Confirm a subscription that we asked for, or an unsubscription from a feed that is gone."""
    mode, challenge = request.args.get("hub.mode", ""), request.args.get("hub.challenge", "")
    feed = services().desk.read().feed(event, id)
    if len(challenge) > MAX_CHALLENGE or not _is_meant(feed, mode, token):
        return _plain("Unknown subscription.", 404)
    if feed is not None:
        save_lease(services().desk, feed, timedelta(seconds=_lease()))
    return _plain(challenge, 200)


@websub.post("/websub/<event>/<id>/<token>")
def notify(event: str, id: str, token: str) -> ResponseReturnValue:
    """Accept a hub's push. An unsigned push gets the same answer, as the standard asks, and changes nothing."""
    feed = services().desk.read().feed(event, id)
    if feed is None:
        return _plain("This feed is no longer followed.", 410)
    if not is_callback(feed, token):
        return _plain("Unknown subscription.", 404)
    request.max_content_length = MAX_PUSH_BYTES
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
