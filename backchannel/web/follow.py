"""The followers' pages: home, the grid, all sessions, one session. They work without scripts."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backchannel.domain.channels import session_channel
from backchannel.domain.errors import UnknownItem
from backchannel.domain.wire_json import item_on_wire
from backchannel.web.grid import read_grid
from backchannel.web.guard import cookie_pass, services, visible
from backchannel.web.pages import on_wire, page

follow = Blueprint("follow", __name__)


@follow.get("/")
def home() -> str:
    """List the events that this viewer may read."""
    reader, now = services().read(), services().desk.clock()
    events = []
    for event in reader.events():
        if event.public or cookie_pass(event.slug):
            grid = read_grid(reader, event, now)
            events.append({
                "event": event, "sessions_count": len(grid.views), "items_count": grid.items,
                "on_now": grid.on_now,
            })  # fmt: skip
    return render_template("home.html", events=events)


@follow.get("/e/<event>")
def event(event: str) -> str:
    """Show the grid, the sessions on now and next, and the hallway."""
    found, viewer = visible(event)
    context = page(found, viewer)
    grid = read_grid(services().read(), found, services().desk.clock())
    hallway = [item_on_wire(item) for item in services().read().hallway(event)]
    return render_template(
        "event.html", **context, days=grid.days(), on_now=grid.on_now, next=grid.next, hallway=hallway
    )


@follow.get("/e/<event>/all")
def everything(event: str) -> str:
    """Show all sessions on one live page."""
    found, viewer = visible(event)
    context = page(found, viewer)
    grid = read_grid(services().read(), found, services().desk.clock())
    items = on_wire(services().read().items(event), viewer)
    return render_template(
        "everything.html", **context, **items, sessions_by_guid=grid.by_guid(), sessions=grid.views,
        on_now=grid.on_now, next=grid.next,
    )  # fmt: skip


@follow.get("/e/<event>/s/<slug>")
def session(event: str, slug: str) -> ResponseReturnValue:
    """Show one session live. A merged session redirects to its successor."""
    found, viewer = visible(event)
    here = services().read().session(event, slug)
    if here.merged_into:
        home = services().read().session(event, here.merged_into).slug
        return redirect(url_for("follow.session", event=event, slug=home), code=301)
    guid = here.guid
    context = page(found, viewer, session_channel(guid))
    grid = read_grid(services().read(), found, services().desk.clock())
    items = on_wire(services().read().items(event, session=guid), viewer)
    return render_template(
        "session.html", **context, **items, session=grid.by_guid()[guid], on_now=grid.on_now, next=grid.next
    )


@follow.get("/e/<event>/i/<item>")
def item(event: str, item: str) -> ResponseReturnValue:
    """Redirect an item's permanent address to the page that shows it now."""
    visible(event)
    reader = services().read()
    found = reader.item(event, item)
    if found.state != "visible":
        raise UnknownItem(item)
    if found.session is None:
        return redirect(url_for("follow.event", event=event, _anchor=f"i-{item}"))
    slug = reader.session(event, found.session).slug
    return redirect(url_for("follow.session", event=event, slug=slug, _anchor=f"i-{item}"))


def register(app: Flask) -> None:
    app.register_blueprint(follow)
