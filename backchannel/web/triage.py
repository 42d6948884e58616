"""The triage board: posts for a person to place."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.ops import take_ops
from backchannel.desk.triage import unsorted
from backchannel.domain.channels import STAFF
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event
from backchannel.domain.wire_json import item_on_wire
from backchannel.passes import Pass
from backchannel.web.guard import services
from backchannel.web.organise import organising
from backchannel.web.pages import page

triage = Blueprint("triage", __name__)


@triage.get("/e/<event>/triage")
def board(event: str) -> str:
    """Show the board."""
    found, viewer = organising(event)
    return _page(found, viewer)


@triage.post("/e/<event>/triage/<item>")
def placed(event: str, item: str) -> ResponseReturnValue:
    """Save one decision from a browser without scripts."""
    found, viewer = organising(event)
    (answer,) = take_ops(services().desk, viewer, event, {"ops": [_op(item)]})
    if "error" in answer:
        return _page(found, viewer, refused=answer["error"]["message"]), 400
    return redirect(url_for("triage.board", event=event), code=303)


def _op(item: str) -> dict[str, Any]:
    form = request.form
    op = {"op": form.get("op"), "id": item}
    if form.get("do") in ("hide", "show"):
        return op | {"do": form["do"]}
    session = form.get("session") or form.get("elsewhere")
    do = "seat" if form.get("seat") and session != "hallway" else "move"
    return op | {"do": do, "session": None if session == "hallway" else session}


def _page(event: Event, viewer: Pass, refused: str = "") -> str:
    context = page(event, viewer, STAFF)
    posts, total = unsorted(services().desk, event.slug)
    reader = services().read()
    sessions = {session.guid: session for session in reader.sessions(event.slug)}
    board = [
        {
            "item": item_on_wire(reader.item(event.slug, one.item.id)),
            "candidates": services().store.candidates(event.slug, one.candidates),
            "op": uuid7(),
        }
        for one in posts
    ]
    return render_template("triage.html", **context, board=board, total=total, sessions=sessions, refused=refused)


def register(app: Flask) -> None:
    app.register_blueprint(triage)
