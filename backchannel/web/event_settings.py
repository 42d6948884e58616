"""An event's settings, for its organisers: change, close, reopen, download everything, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import Blueprint, Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk import events
from backchannel.domain.errors import BackchannelError, Invalid
from backchannel.domain.model import Event
from backchannel.passes import Pass
from backchannel.web.event_form import event_fields, hashtag_warnings, read_event_form, zones
from backchannel.web.exports import Exports, Wanted
from backchannel.web.guard import forget, services
from backchannel.web.organise import organising
from backchannel.web.pages import still

settings = Blueprint("settings", __name__)


@settings.get("/e/<event>/organise/settings")
def form(event: str) -> str:
    """Show the settings."""
    found, viewer = organising(event)
    return _page(found, viewer, event_fields(found))


@settings.post("/e/<event>/organise/settings")
def change(event: str) -> ResponseReturnValue:
    """Change the title, days, time zone, hashtags and who may read."""
    found, viewer = organising(event)
    try:
        events.change_event(services().desk, event, viewer, **read_event_form(request.form))
    except BackchannelError as fault:
        return _page(found, viewer, request.form, fault), fault.status
    return redirect(url_for("settings.form", event=event, saved=1), code=303)


@settings.post("/e/<event>/organise/settings/close")
def close(event: str) -> ResponseReturnValue:
    """Close the event for note-takers, or reopen it."""
    _, viewer = organising(event)
    events.change_event(services().desk, event, viewer, closed=request.form.get("closed") == "yes")
    return redirect(url_for("settings.form", event=event, _anchor="closing"), code=303)


@settings.get("/e/<event>/organise/everything.ndjson")
def download(event: str) -> Response:
    """Download every item, including held and hidden ones."""
    organising(event)
    exports = cast(Exports, current_app.extensions["backchannel exports"])
    data = exports.file(services().read(), Wanted(event, None, "ndjson", published=False, every=True))
    response = Response(data, mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{event}.ndjson"'
    return response


@settings.post("/e/<event>/organise/settings/delete")
def delete(event: str) -> ResponseReturnValue:
    """Delete the event if its short name was typed."""
    found, viewer = organising(event)
    if request.form.get("confirm", "").strip() != found.slug:
        fault = Invalid(f"Type “{found.slug}” to delete the event. Nothing was deleted.", field="confirm")
        return _page(found, viewer, event_fields(found), fault), fault.status
    events.delete_event(services().desk, event, viewer)
    return forget(make_response(redirect(url_for("follow.home"), code=303)), event)


def _page(event: Event, viewer: Pass, fields: Mapping[str, str], fault: BackchannelError | None = None) -> str:
    return render_template(
        "settings.html", **still(event, viewer), fields=fields, fault=fault, zones=zones(), saved="saved" in request.args,
        warnings=hashtag_warnings(services().read(), event.hashtags, event.slug), typed=request.form.get("confirm", ""),
    )  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(settings)
