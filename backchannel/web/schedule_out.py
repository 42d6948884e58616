"""The programme to subscribe to: schedule.json and schedule.xml of the event, and calendars of event, room and session."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, request, url_for

from backchannel.domain.errors import Unknown
from backchannel.domain.model import Event
from backchannel.web import kept
from backchannel.web.guard import origin, services, visible
from backchannel.web.pages import kept_pages
from backchannel.writeup.frab import Published, write_json, write_xml
from backchannel.writeup.ics import write_programme

FORMATS: dict[str, tuple[str, Callable[[Published], str]]] = {
    "json": ("application/json", write_json),
    "xml": ("application/xml", write_xml),
    "ics": ("text/calendar", lambda published: write_programme(published.event, published.sessions)),
}

schedule_out = Blueprint("schedule_out", __name__)


@schedule_out.get("/e/<event>/schedule.<format>")
def event(event: str, format: str) -> Response:
    """Return the programme. A calendar may be of one room: `?room=Hall`."""
    found, _ = visible(event)
    if format not in FORMATS:
        raise Unknown("There is no schedule of this kind here. Use schedule.json, .xml or .ics.", field="format")
    room = request.args.get("room") if format == "ics" else None
    if room is not None and room not in {one.name for one in services().read().rooms(event)}:
        raise Unknown(f"There is no room “{room[:60]}” at this event.", field="room")
    return _file(found, format, room=room)


@schedule_out.get("/e/<event>/s/<slug>/session.ics")
def session(event: str, slug: str) -> Response:
    """Return one session as a calendar."""
    found, _ = visible(event)
    return _file(found, "ics", guid=services().read().session(event, slug).guid)


def _file(event: Event, format: str, *, room: str | None = None, guid: str | None = None) -> Response:
    """Return the file, written once until the programme changes."""
    reader = services().read()
    mimetype, write = FORMATS[format]
    unnamed = event.head if reader.anonymous_sessions(event.slug) else 0  # names come from the whole event
    counters = (event.version, event.programme, unnamed)
    key = ("schedule", format, room, guid, origin(), reader.epoch(), event.uid, counters)

    def published() -> Published:
        sessions = reader.sessions(event.slug)
        if room is not None or guid is not None:
            sessions = tuple(one for one in sessions if room in (None, one.room) and guid in (None, one.guid))
        home = origin() + url_for("follow.event", event=event.slug).rstrip("/") + "/"
        return Published(event=event, rooms=reader.rooms(event.slug), sessions=sessions, home=home)

    return kept.response(kept_pages().page(key, lambda: write(published())), mimetype)


def register(app: Flask) -> None:
    app.register_blueprint(schedule_out)
