"""The organisers' page: feeds and their health, sessions without note-takers, and codes that were switched off."""

from __future__ import annotations

from threading import Thread

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk import feeds, triage
from backchannel.desk.access import require_organiser
from backchannel.domain.errors import BackchannelError, BadPass
from backchannel.domain.model import Event
from backchannel.ingest.guard import check_feed
from backchannel.ingest.sources.address import address_of
from backchannel.ingest.websub import Hubs
from backchannel.passes import Pass
from backchannel.web.grid import read_grid
from backchannel.web.guard import services, visible
from backchannel.web.pages import still

organise = Blueprint("organise", __name__)

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
        "organise.html", **still(event, viewer), refused=refused, feeds=reader.feeds(event.slug), gaps=reader.gaps(event.slug),
        unsorted=triage.unsorted(services().desk, event.slug)[1],
        switched_off=[code for code in reader.join_codes(event.slug).values() if code.off],
        silent=[view for view in grid.on_now if not view["note_takers"]],
    )  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(organise)

