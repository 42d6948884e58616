"""What programs read of a page: its description as JSON-LD (https://schema.org), and /robots.txt."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, url_for

from backchannel.domain.model import Event, Item
from backchannel.domain.times import write_when
from backchannel.web.grid import SessionView
from backchannel.web.guard import origin
from backchannel.web.timelines import newest_items

CONTEXT = "https://schema.org"
MAX_UPDATES = 20  # lines of a session that its page describes
ROBOTS = """User-agent: *
Disallow: /api/
Disallow: /join/
Disallow: /socket.io/
"""

marks = Blueprint("marks", __name__)


@marks.get("/robots.txt")
def robots() -> Response:
    """Tell search engines which addresses are not pages."""
    return Response(ROBOTS, mimetype="text/plain")


def event_data(event: Event) -> dict[str, Any]:
    """Return an event as a schema.org `Event`."""
    return _filled({
        "@context": CONTEXT, "@type": "Event", "name": event.title,
        "url": origin() + url_for("follow.event", event=event.slug),
        "startDate": event.starts.isoformat() if event.starts else None,
        "endDate": event.ends.isoformat() if event.ends else None,
    })  # fmt: skip


def session_data(event: Event, view: SessionView) -> dict[str, Any]:
    """Return a session as a schema.org `Event` within its event."""
    state = "EventCancelled" if view["status"] == "cancelled" else "EventScheduled"
    return _filled({
        "@context": CONTEXT, "@type": "Event", "name": view["title"], "description": view["abstract"],
        "url": origin() + view["url"], "eventStatus": f"{CONTEXT}/{state}",
        "startDate": view["starts"].isoformat() if view["starts"] else None,
        "endDate": view["ends"].isoformat() if view["ends"] else None,
        "location": {"@type": "Place", "name": view["room"]} if view["room"] else None,
        "performer": [{"@type": "Person", "name": name} for name in view["leaders"]],
        "superEvent": _without_context(event_data(event)),
    })  # fmt: skip


def live_blog_data(event: Event, view: SessionView) -> dict[str, Any]:
    """Return a session's newest notes as a schema.org `LiveBlogPosting` about the session."""
    notes = [item for item in newest_items(event, view["guid"], MAX_UPDATES) if item.origin != "post"]
    return _filled({
        "@context": CONTEXT, "@type": "LiveBlogPosting", "headline": view["title"], "url": origin() + view["url"],
        "coverageStartTime": view["starts"].isoformat() if view["starts"] else None,
        "coverageEndTime": view["ends"].isoformat() if view["ends"] else None,
        "about": _without_context(session_data(event, view)),
        "liveBlogUpdate": [_update(item) for item in notes],
    })  # fmt: skip


def _update(note: Item) -> dict[str, Any]:
    """Return a note as a schema.org `BlogPosting`."""
    return _filled({
        "@type": "BlogPosting", "articleBody": note.text, "datePublished": write_when(note.at),
        "author": {"@type": "Person", "name": note.author} if note.author else None,
        "url": origin() + url_for("follow.item", event=note.event, item=note.id),
    })  # fmt: skip


def _without_context(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "@context"}


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data without empty values."""
    return {key: value for key, value in data.items() if value}


def register(app: Flask) -> None:
    app.register_blueprint(marks)
    app.jinja_env.globals.update(event_data=event_data, session_data=session_data, live_blog_data=live_blog_data)
