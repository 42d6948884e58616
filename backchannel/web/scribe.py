"""The note-takers' page, with or without scripts."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.ops import take_ops
from backchannel.domain.channels import session_channel
from backchannel.domain.errors import BadPass
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event
from backchannel.passes import Pass
from backchannel.web import timelines
from backchannel.web.guard import limits, services, visible
from backchannel.web.lines import Style
from backchannel.web.pages import grid_of, kept_pages, page

scribe = Blueprint("scribe", __name__)


@scribe.get("/e/<event>/s/<slug>/write")
def write(event: str, slug: str) -> ResponseReturnValue:
    """Show the note-taker's page."""
    found, viewer = visible(event)
    return _page(found, _writer(viewer), slug)


@scribe.post("/e/<event>/s/<slug>/write")
def written(event: str, slug: str) -> ResponseReturnValue:
    """Save one note from a browser without scripts. The form carries its op, so sending it twice saves one note."""
    found, viewer = visible(event)
    writer = _writer(viewer)
    session = services().read().session(event, slug)
    limits().ops(writer, 1)
    text = request.form.get("text", "")
    op = {
        "op": request.form.get("op"), "id": request.form.get("id"), "do": "put", "session": session.guid, "text": text,
    }  # fmt: skip
    (answer,) = take_ops(services().desk, writer, event, {"ops": [op]})
    if "error" in answer:
        return _page(found, writer, slug, error=answer["error"]["message"], text=text), 400
    return redirect(url_for("scribe.write", event=event, slug=slug, _anchor=f"i-{answer['id']}"), code=303)


def _writer(viewer: Pass | None) -> Pass:
    if viewer is None or viewer.role == "follower":
        raise BadPass("To take notes, open the note-takers' link from the organisers.")
    return viewer


def _page(event: Event, viewer: Pass, slug: str, error: str = "", text: str = "") -> str:
    guid = services().read().session(event.slug, slug).guid
    channel = session_channel(guid)
    form = {"op": uuid7(), "id": uuid7(), "text": text, "error": error}

    window = timelines.asked(event, guid)

    def render() -> str:
        context = page(event, viewer, channel, live=window is None)
        grid = grid_of(event, services().read().channel_head(event.slug, channel))
        timeline = timelines.view(event, guid, Style(writes=True), own=viewer.author_key, window=window)
        links = timelines.window_links("scribe.write", timeline, event=event.slug, slug=slug)
        return render_template(
            "scribe.html", **context, timeline_view=timeline, session=grid.by_guid()[guid], form=form, links=links
        )

    return kept_pages().rendered(render)


def register(app: Flask) -> None:
    app.register_blueprint(scribe)
