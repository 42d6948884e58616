"""The pitches: everybody who may read the event sees them, and everybody with a pass proposes and votes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.pitches import propose, vote
from backchannel.domain.channels import EVENT
from backchannel.domain.errors import BackchannelError, BadPass
from backchannel.domain.grid import Programme
from backchannel.domain.grid_phrases import where
from backchannel.domain.grid_wire import read_pitch
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event, Pitch
from backchannel.passes import Pass
from backchannel.web.board import WISHES
from backchannel.web.guard import limits, services, visible
from backchannel.web.pages import kept_page, page

pitches = Blueprint("pitches", __name__)


@pitches.get("/e/<event>/pitches")
def board(event: str) -> Response:
    """Show the pitches, the most wanted first."""
    found, viewer = visible(event)
    return kept_page(found, viewer, ("pitches", found.programme, found.pitches), lambda: _page(found, viewer))


@pitches.post("/e/<event>/pitches")
def proposed(event: str) -> ResponseReturnValue:
    """Save a pitch, or show the form again with the reason and what was typed."""
    found, viewer = _pitching(event)
    typed = request.form.to_dict()
    try:
        pitch = propose(services().desk, viewer, read_pitch(typed))
    except BadPass:
        raise
    except BackchannelError as fault:
        return _page(found, viewer, typed, fault.message), fault.status
    return redirect(url_for("pitches.board", event=event, _anchor=f"p-{pitch.guid}"), code=303)


@pitches.post("/e/<event>/pitches/<guid>/vote")
def voted(event: str, guid: str) -> ResponseReturnValue:
    """Add or remove the viewer's vote."""
    found, viewer = _pitching(event)
    try:
        vote(services().desk, viewer, guid, request.form.get("on") == "yes")
    except BadPass:
        raise
    except BackchannelError as fault:
        return _page(found, viewer, {}, fault.message), fault.status
    return redirect(url_for("pitches.board", event=event, _anchor=f"p-{guid}"), code=303)


def _pitching(event: str) -> tuple[Event, Pass]:
    found, viewer = visible(event)
    if viewer is None:
        raise BadPass("To pitch a session or vote, open a link from the organisers first.")
    limits().ops(viewer, 1)
    return found, viewer


def _page(event: Event, viewer: Pass | None, typed: dict[str, str] | None = None, refused: str = "") -> str:
    event = services().read().event(event.slug)  # its numbers as of now
    context = page(event, viewer, EVENT)
    reader = services().read()
    programme = reader.programme(event.slug)
    own = reader.voted(event.slug, viewer.author_key) if viewer else frozenset()
    views = [_view(event, programme, pitch, pitch.guid in own) for pitch in programme.pitches.values()]
    shown = sorted((view for view in views if view["session"] or view["open"]), key=_by_votes)
    return render_template(
        "pitches.html", **context, pitches=shown, typed=typed or {}, refused=refused, new_id=uuid7, wishes=WISHES,
        may=viewer is not None and (not event.closed or viewer.role == "organiser"),
    )  # fmt: skip


def _by_votes(view: dict[str, Any]) -> tuple[bool, int]:
    return (not view["open"], -view["votes"])


def _view(event: Event, programme: Programme, pitch: Pitch, mine: bool) -> dict[str, Any]:
    session = programme.sessions.get(pitch.guid)
    on_grid = session is not None and session.merged_into is None
    return {
        "guid": pitch.guid, "title": session.title if session else pitch.title, "votes": pitch.votes, "mine": mine,
        "leader": ", ".join(session.leaders) if session else pitch.leader, "wish": WISHES.get(pitch.wish, ""),
        "open": pitch.state == "open", "session": session.slug if session else "",
        "where": where(session, ZoneInfo(event.timezone)) if session and on_grid else "",
    }  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(pitches)
