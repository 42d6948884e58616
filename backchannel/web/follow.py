"""The followers' pages: home, the grid, all sessions, one session. They work without scripts."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.domain.channels import session_channel
from backchannel.domain.errors import UnknownItem
from backchannel.store.base import HALLWAY
from backchannel.web import kept, timelines
from backchannel.web.guard import cookie_pass, services, visible
from backchannel.web.lines import Style
from backchannel.web.pages import grid_of, kept_page, kept_pages, page

follow = Blueprint("follow", __name__)


@follow.get("/")
def home() -> Response:
    """List the events that this viewer may read."""
    readable = [event for event in services().read().events() if event.public or cookie_pass(event.slug)]
    grids = [grid_of(event, 0) for event in readable]

    def render() -> str:
        events = [
            {
                "event": grid.event, "sessions_count": len(grid.views), "items_count": grid.items, "on_now": grid.on_now,
            }
            for grid in grids
        ]  # fmt: skip
        return render_template("home.html", events=events)

    return kept.response(kept_pages().page(("home", *(grid.number for grid in grids)), render))


@follow.get("/e/<event>")
def event(event: str) -> Response:
    """Show the grid, the sessions on now and next, and the hallway."""
    found, viewer = visible(event)

    def render() -> str:
        context = page(found, viewer)
        grid = grid_of(found, found.head)
        hallway = timelines.view(found, HALLWAY)
        return render_template(
            "event.html", **context, days=grid.days(), on_now=grid.on_now, next=grid.next, hallway=hallway
        )

    return kept_page(found, viewer, ("event", found.head), render)


@follow.get("/e/<event>/all")
def everything(event: str) -> Response:
    """Show all sessions on one live page."""
    found, viewer = visible(event)
    grid = grid_of(found, found.head)

    def render() -> str:
        context = page(found, viewer, live=timelines.is_newest())
        timeline = timelines.view(found, None, Style(sessions=grid.by_guid()))
        return render_template(
            "everything.html", **context, timeline_view=timeline, outcomes=timelines.outcomes(found, None, timeline.present),
            sessions_by_guid=grid.by_guid(), on_now=grid.on_now, next=grid.next,
            links=timelines.window_links("follow.everything", timeline, event=event),
        )  # fmt: skip

    return kept_page(found, viewer, ("everything", found.head, grid.number, *_window()), render)


@follow.get("/e/<event>/s/<slug>")
def session(event: str, slug: str) -> ResponseReturnValue:
    """Show one session live. A merged session redirects to its successor."""
    found, viewer = visible(event)
    here = services().read().session(event, slug)
    if here.merged_into:
        home = services().read().session(event, here.merged_into).slug
        return redirect(url_for("follow.session", event=event, slug=home), code=301)
    guid, channel = here.guid, session_channel(here.guid)
    seq = services().read().channel_head(event, channel)
    grid = grid_of(found, seq)

    def render() -> str:
        context = page(found, viewer, channel, live=timelines.is_newest())
        timeline = timelines.view(found, guid)
        return render_template(
            "session.html", **context, timeline_view=timeline, outcomes=timelines.outcomes(found, guid, timeline.present),
            session=grid.by_guid()[guid], on_now=grid.on_now, next=grid.next,
            links=timelines.window_links("follow.session", timeline, event=event, slug=slug),
        )  # fmt: skip

    return kept_page(found, viewer, ("session", guid, slug, seq, grid.number, *_window()), render)


def _window() -> tuple[str | None, str | None]:
    """Return which window of a timeline the request asks for, for the page's key."""
    return request.args.get("before"), request.args.get("around")


@follow.get("/e/<event>/i/<item>")
def item(event: str, item: str) -> ResponseReturnValue:
    """Redirect an item's permanent address to the page and the window that show it now."""
    event_found, _ = visible(event)
    reader = services().read()
    found = reader.item(event, item)
    if found.state != "visible":
        raise UnknownItem(item)
    around = timelines.holding(event_found, found.session or HALLWAY, item)
    if found.session is None:
        endpoint = "follow.everything" if around else "follow.event"
        return redirect(url_for(endpoint, event=event, around=around, _anchor=f"i-{item}"))
    slug = reader.session(event, found.session).slug
    return redirect(url_for("follow.session", event=event, slug=slug, around=around, _anchor=f"i-{item}"))


def register(app: Flask) -> None:
    app.register_blueprint(follow)
