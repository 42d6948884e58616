"""The note-takers' pages: joining by link, and writing with or without scripts."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk import access, events
from backchannel.desk.ops import take_ops
from backchannel.domain.channels import session_channel
from backchannel.domain.errors import BackchannelError, BadPass
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event
from backchannel.passes import Pass
from backchannel.web import timelines
from backchannel.web.guard import limits, remember, services, visible
from backchannel.web.lines import Style
from backchannel.web.pages import grid_of, kept_pages, page, viewer_context

scribe = Blueprint("scribe", __name__)


@scribe.get("/join/<token>")
def join(token: str) -> str:
    """Show what a link opens. Link previews of chat apps don't use it up."""
    viewer = services().passes.read(token)
    event = access.authenticate(services().read(), viewer, viewer.event)
    return _form(event, viewer)


@scribe.post("/join/<token>")
def joined(token: str) -> ResponseReturnValue:
    """Exchange the link and a name for a personal pass, then redirect to a clean address."""
    limits().joins(request.remote_addr or "")
    viewer = services().passes.read(token)
    event = access.authenticate(services().read(), viewer, viewer.event)
    name = request.form.get("name", "")
    try:
        own = events.join(services().desk, services().passes, viewer, name)
    except BadPass:
        raise
    except BackchannelError as fault:
        return _form(event, viewer, error=fault.message, name=name), fault.status
    response = redirect(_first_page(event, viewer), code=303)
    assert isinstance(response, Response)
    return remember(response, event.slug, own)


def _form(event: Event, viewer: Pass, error: str = "", name: str = "") -> str:
    session = services().read().session(event.slug, viewer.session) if viewer.session else None
    return render_template(
        "join.html", event=event, role=viewer.role, join_session=session, error=error, name=name, viewer=viewer_context(None)
    )


def _first_page(event: Event, viewer: Pass) -> str:
    if viewer.session:
        slug = services().read().session(event.slug, viewer.session).slug
        return url_for("scribe.write", event=event.slug, slug=slug)
    return url_for("follow.event", event=event.slug)


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
