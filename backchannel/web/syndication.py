"""Feeds to subscribe to, of an event and of each session, and the list of an event's sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, request, url_for

from backchannel.domain.channels import EVENT, session_channel
from backchannel.domain.errors import Unknown
from backchannel.domain.model import Event, Item, Session
from backchannel.web import kept
from backchannel.web.guard import origin, services, visible
from backchannel.web.pages import kept_pages
from backchannel.writeup.item_feed import ATOM, JSON_FEED, Addresses, ItemFeed, write_atom, write_json
from backchannel.writeup.opml import write_opml

PAGE_ITEMS = 50  # items on a page of a feed
FORMATS: dict[str, tuple[str, Callable[[ItemFeed], str]]] = {
    "atom": (ATOM, write_atom),
    "json": (JSON_FEED, write_json),
}

syndication = Blueprint("syndication", __name__)


@syndication.get("/e/<event>/feed.<format>")
def event(event: str, format: str) -> Response:
    """Return the newest items of the event."""
    found, _ = visible(event)
    return _feed(found, None, format)


@syndication.get("/e/<event>/s/<slug>/feed.<format>")
def session(event: str, slug: str, format: str) -> Response:
    """Return the newest items of a session."""
    found, _ = visible(event)
    return _feed(found, services().read().session(event, slug), format)


@syndication.get("/e/<event>/feeds.opml")
def sources(event: str) -> Response:
    """Return the list of the feeds that the event reads."""
    found, _ = visible(event)
    listed = (feed for feed in services().read().feeds(event) if not feed.off)
    return Response(write_opml(found.title, listed), mimetype="text/x-opml")


def _feed(event: Event, session: Session | None, format: str) -> Response:
    if format not in FORMATS:
        raise Unknown("There is no feed of this kind here. Use feed.atom or feed.json.", field="format")
    mimetype, write = FORMATS[format]
    reader = services().read()
    channel = session_channel(session.guid) if session else EVENT
    unnamed = bool(reader.anonymous_sessions(event.slug))  # which names they leave out depends on the whole event
    seq = event.head if unnamed else reader.channel_head(event.slug, channel)
    before = request.args.get("before")
    key = ("feed", format, origin(), reader.epoch(), event.uid, event.version, session and session.slug, channel, seq, before)
    page = kept_pages().page(key, lambda: write(_read(event, session, format, before)))
    return kept.response(page, mimetype)


def _read(event: Event, session: Session | None, format: str, before: str | None) -> ItemFeed:
    reader = services().read()
    with reader.snapshot():
        window = reader.window(event.slug, session.guid if session else None, before=before, limit=PAGE_ITEMS)
        found = reader.items_by_id(event.slug, [id for id, _ in window.lines])
        titles = {one.guid: one.title for one in reader.sessions(event.slug)}
    items = tuple(found[id] for id, _ in reversed(window.lines) if id in found and found[id].state == "visible")
    return ItemFeed(
        event=event, session=session, items=items, sessions=titles,
        addresses=_addresses(event, session, format, before, window.earlier, items),
    )  # fmt: skip


def _addresses(
    event: Event, session: Session | None, format: str, before: str | None, more: bool, items: tuple[Item, ...]
) -> Addresses:
    where: dict[str, Any] = {"event": event.slug, **({"slug": session.slug} if session else {})}
    kind = "session" if session else "event"

    def page(**query: Any) -> str:
        return origin() + url_for(f"syndication.{kind}", **where, format=format, **query)

    return Addresses(
        home=origin() + url_for(f"follow.{kind}", **where),
        first=page(),
        page=page(before=before),
        next=page(before=items[-1].id) if more and items else "",
        item=origin() + url_for("follow.item", event=event.slug, item="ID"),
    )


def register(app: Flask) -> None:
    app.register_blueprint(syndication)
