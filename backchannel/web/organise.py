"""The organisers' page: join links, feeds and their health, and sessions without note-takers."""

from __future__ import annotations

from threading import Thread
from typing import Any

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk import events, feeds, triage
from backchannel.desk.access import require_organiser
from backchannel.domain.errors import BackchannelError, BadPass, Invalid
from backchannel.domain.model import ROLES, Event, Role
from backchannel.ingest.guard import check_feed
from backchannel.ingest.sources.address import address_of
from backchannel.ingest.websub import Hubs
from backchannel.passes import Pass
from backchannel.web.grid import read_grid
from backchannel.web.guard import origin, remember, services, visible
from backchannel.web.pages import still
from backchannel.web.qr import qr_code, short_address

organise = Blueprint("organise", __name__)

WORDS = {
    "scribe": ("Note-takers", "Show it on a wall or slide. Anyone who opens it enters a name and can take notes."),
    "organiser": ("Organisers", "For the team only. It allows moving, hiding and publishing."),
    "follower": ("Followers of a restricted event", "Anyone who opens it can read, but not write."),
}


@organise.get("/e/<event>/organise")
def desk(event: str) -> str:
    """Show the organisers' page."""
    found, viewer = organising(event)
    return _page(found, viewer)


@organise.post("/e/<event>/organise/feeds")
def add_feed(event: str) -> ResponseReturnValue:
    found, viewer = organising(event)
    try:
        address = check_feed(address_of(request.form.get("url", "")), frozenset(services().settings.fetch_allow))
        feeds.add_feed(services().desk, event, address)
    except BackchannelError as fault:
        return _page(found, viewer, refused=fault.message), fault.status
    return redirect(url_for("organise.desk", event=event, _anchor="feeds"), code=303)


@organise.post("/e/<event>/organise/feeds/remove")
def remove_feed(event: str) -> ResponseReturnValue:
    organising(event)
    removed = feeds.remove_feed(services().desk, event, request.form.get("url", ""))
    hubs = Hubs(services().desk, services().settings)
    Thread(target=hubs.unsubscribe, args=(removed,), daemon=True).start()  # a hub may answer slowly
    return redirect(url_for("organise.desk", event=event, _anchor="feeds"), code=303)


@organise.post("/e/<event>/organise/links/<role>")
def renew(event: str, role: str) -> ResponseReturnValue:
    """Replace a role's link. The organiser's own browser gets the new pass."""
    _, viewer = organising(event)
    if role not in ROLES:
        raise Invalid(f"Choose one of {', '.join(ROLES)}.", field="role")
    kept: Role = role
    token = events.event_pass(services().desk, services().passes, event, kept, new=True)
    response = redirect(url_for("organise.desk", event=event, _anchor="links"), code=303)
    if kept == "organiser":
        fresh = events.join(services().desk, services().passes, services().passes.read(token), viewer.author)
        return remember(make_response(response), event, fresh)
    return response


def organising(event: str) -> tuple[Event, Pass]:
    """Return the event and the organiser's pass. Raises `BadPass` or `Forbidden` for everybody else."""
    found, viewer = visible(event)
    if viewer is None:
        raise BadPass("This page is for organisers. Open the organisers' link first.")
    require_organiser(viewer)
    return found, viewer


def _page(event: Event, viewer: Pass, refused: str = "") -> str:
    reader = services().read()
    grid = read_grid(reader, event, services().desk.clock())
    return render_template(
        "organise.html", **still(event, viewer), refused=refused, links=_links(event),
        feeds=reader.feeds(event.slug), gaps=reader.gaps(event.slug), unsorted=triage.unsorted(services().desk, event.slug)[1],
        silent=[view for view in grid.on_now if not view["note_takers"]],
    )  # fmt: skip


def _links(event: Event) -> list[dict[str, Any]]:
    tokens = events.event_passes(services().desk, services().passes, event.slug)
    roles: list[Role] = ["scribe", "organiser"] if event.public else ["scribe", "follower", "organiser"]
    links = [_link(role, *WORDS[role], f"{origin()}/join/{tokens[role]}") for role in roles]
    if event.public:
        words = ("Everybody else", "Anyone can read at this address, without a link.")
        links.insert(1, _link("reader", *words, f"{origin()}{url_for('follow.event', event=event.slug)}"))
    return links


def _link(role: str, title: str, words: str, url: str) -> dict[str, Any]:
    short = short_address(url)
    return {
        "role": role, "title": title, "words": words, "url": url, "qr": qr_code(url),
        "short": short if len(short) < 48 else short[:44] + "…",
    }  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(organise)

