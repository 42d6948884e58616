"""The followers' pages: home, the grid, all sessions, one session. They work without scripts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.domain.channels import session_channel
from backchannel.domain.errors import UnknownItem
from backchannel.domain.model import Event
from backchannel.store.base import HALLWAY, Window
from backchannel.web import kept, timelines
from backchannel.web.grid import Grid
from backchannel.web.guard import cookie_pass, services, visible
from backchannel.web.lines import Style
from backchannel.web.pages import grid_of, impersonal, kept_page, kept_pages, page, whole_page
from backchannel.web.timelines import TimelineView

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
        return render_template("home.html", events=events, can_create=services().settings.create != "nobody")

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
    window, is_whole = timelines.asked(found, None), _is_whole()
    grid = grid_of(found, 0 if window or is_whole else found.head)

    if window or is_whole:
        viewer = impersonal(viewer)

    def render() -> str:
        context = page(found, viewer, live=not (window or is_whole))
        style = Style(sessions=grid.by_guid())
        timeline = timelines.whole(found, None, style) if is_whole else timelines.view(found, None, style, window=window)
        return render_template(
            "everything.html", **context, timeline_view=timeline, **_beside(found, None, timeline, grid, context),
            links=timelines.window_links("follow.everything", timeline, event=event),
        )  # fmt: skip

    if is_whole:
        return whole_page(found, viewer, "event", ("everything", "whole"), render)
    return kept_page(found, viewer, ("everything", *(_older(window) or (found.head, grid.number))), render)


@follow.get("/e/<event>/s/<slug>")
def session(event: str, slug: str) -> ResponseReturnValue:
    """Show one session live. A merged session redirects to its successor."""
    found, viewer = visible(event)
    here = services().read().session(event, slug)
    if here.merged_into:
        home = services().read().session(event, here.merged_into).slug
        return redirect(url_for("follow.session", event=event, slug=home), code=301)
    guid, channel = here.guid, session_channel(here.guid)
    window, is_whole = timelines.asked(found, guid), _is_whole()
    seq = services().read().channel_head(event, channel)
    grid = grid_of(found, 0 if window or is_whole else seq)

    if window or is_whole:
        viewer = impersonal(viewer)

    def render() -> str:
        context = page(found, viewer, channel, live=not (window or is_whole))
        timeline = timelines.whole(found, guid) if is_whole else timelines.view(found, guid, window=window)
        return render_template(
            "session.html", **context, timeline_view=timeline, session=grid.by_guid()[guid],
            **_beside(found, guid, timeline, grid, context),
            links=timelines.window_links("follow.session", timeline, event=event, slug=slug),
        )  # fmt: skip

    if is_whole:
        return whole_page(found, viewer, channel, ("session", guid, slug, "whole"), render)
    return kept_page(found, viewer, ("session", guid, slug, *(_older(window) or (seq, grid.number))), render)


def _beside(
    event: Event, session: str | None, timeline: TimelineView, grid: Grid, context: dict[str, Any]
) -> dict[str, Any]:
    """Return what stands beside a timeline. Beside older lines there is nothing that changes with every note."""
    if not context["page"]["live"]:
        return {"outcomes": (), "on_now": [], "next": [], "sessions_by_guid": grid.by_guid()}
    outcomes = timelines.outcomes(event, session, timeline.present)
    return {"outcomes": outcomes, "on_now": grid.on_now, "next": grid.next, "sessions_by_guid": grid.by_guid()}


def _is_whole() -> bool:
    return "all" in request.args


def _older(window: Window | None) -> tuple[Hashable, ...]:
    """Return what a page of older lines is made of: a new note leaves it as it is."""
    return (window.lines, window.earlier, window.later) if window else ()


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
