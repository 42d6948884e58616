"""The grid editor. Every step is a form, so it works without scripts; static/js/grid_edit.js sends the same forms."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.grid import edit_grid
from backchannel.domain.channels import EVENT
from backchannel.domain.errors import BackchannelError, BadPass, Forbidden, OpReused
from backchannel.domain.grid_wire import read_edit
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event
from backchannel.passes import Pass
from backchannel.web.board import read_board
from backchannel.web.guard import limits, services
from backchannel.web.organise import organising
from backchannel.web.pages import page

grid_edit = Blueprint("grid_edit", __name__)


@grid_edit.get("/e/<event>/grid/edit")
def board(event: str) -> str:
    """Show the grid with everything that can be done to it."""
    found, viewer = organising(event)
    return _page(found, viewer)


@grid_edit.post("/e/<event>/grid/edit")
def edited(event: str) -> ResponseReturnValue:
    """Carry out one edit, or show the page again with the reason and what was typed."""
    found, viewer = organising(event)
    limits().ops(viewer, 1)
    typed = request.form.to_dict()
    try:
        edit = read_edit(_raw(typed), ZoneInfo(found.timezone))
        edit_grid(services().desk, viewer, edit)
    except (BadPass, Forbidden):
        raise
    except OpReused as fault:
        return _page(found, viewer, typed, "This form was sent before. Look at the grid, then choose again."), fault.status
    except BackchannelError as fault:
        return _page(found, viewer, typed, fault.message), fault.status
    shown = typed.get("show") or edit.slot
    return redirect(url_for("grid_edit.board", event=event, pick=typed.get("keep") or None, slot=shown or None), code=303)


def _raw(typed: dict[str, str]) -> dict[str, Any]:
    """Return the form as an edit: a cell is "room slot", and times of day are on the form's date."""
    raw: dict[str, Any] = {name: value for name, value in typed.items() if value}
    if raw.get("cell"):
        raw["room"], _, raw["slot"] = raw["cell"].rpartition(" ")
    for name in ("starts", "ends", "since"):
        if raw.get(name) and len(raw[name]) <= len("10:00:00"):
            raw[name] = f"{raw.get('date', '')}T{raw[name]}"
    return raw


def _page(event: Event, viewer: Pass, typed: dict[str, str] | None = None, refused: str = "") -> str:
    context = page(event, viewer, EVENT)
    typed = typed or {}
    pick = request.args.get("pick") or typed.get("keep") or (typed.get("session", "") if refused else "")
    found = read_board(
        services().read(), event, viewer, services().desk.clock(), pick, request.args.get("slot") or typed.get("show", "")
    )
    return render_template("grid_edit.html", **context, board=found, typed=typed, refused=refused, new_id=uuid7)


def register(app: Flask) -> None:
    app.register_blueprint(grid_edit)
