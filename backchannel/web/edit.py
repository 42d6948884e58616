"""The editor of a write-up. It saves automatically, or by a button without scripts."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.editions import may_edit, publish, save_edition
from backchannel.domain.errors import BadPass
from backchannel.domain.model import Edition, Event
from backchannel.passes import Pass
from backchannel.web.guard import services, visible
from backchannel.web.pages import still
from backchannel.writeup.compose import compose_session

edit = Blueprint("edit", __name__)


@edit.get("/e/<event>/s/<slug>/write-up/edit")
def form(event: str, slug: str) -> str:
    """Show the editor."""
    found, viewer = _editor(event)
    session = may_edit(services().read(), viewer, slug)
    record = services().read().record(event, session=slug)
    edition = services().read().edition(event, session.guid)
    all_lines = replace(record, editions={session.guid: Edition(order=edition.order)})  # including lines that are left out
    writeup = compose_session(all_lines, session)
    return render_template(
        "writeup_edit.html", **still(found, viewer), session=session, edition=edition, lines=writeup.notes,
        thoughts=[line for thoughts in writeup.thoughts for line in thoughts.lines], posts=writeup.posts,
    )  # fmt: skip


@edit.post("/e/<event>/s/<slug>/write-up/edit")
def save(event: str, slug: str) -> ResponseReturnValue:
    """Save the whole form. Boxes that are not ticked are cleared."""
    _, viewer = _editor(event)
    saved = save_edition(services().desk, viewer, slug, _edition())
    if request.headers.get("Accept") == "application/json":
        return jsonify({"rev": saved.rev})
    return redirect(url_for("writeups.session", event=event, slug=slug), code=303)


@edit.post("/e/<event>/s/<slug>/write-up/publish")
def publishing(event: str, slug: str) -> ResponseReturnValue:
    """Publish or unpublish the write-up."""
    _, viewer = _editor(event)
    publish(services().desk, viewer, slug, request.form.get("published") == "yes")
    return redirect(url_for("writeups.session", event=event, slug=slug), code=303)


def _edition() -> Edition:
    """Read the form: `line` lists every line in order, `keep` and `pin` the ticked ones."""
    fields = request.form
    lines = fields.getlist("line")
    kept = set(fields.getlist("keep"))
    return Edition(
        title=fields.get("title", ""),
        introduction=fields.get("introduction", ""),
        pins=tuple(fields.getlist("pin")),
        left_out=tuple(line for line in lines if line not in kept),
        order=tuple(fields.getlist("order")),
    )


def _editor(event: str) -> tuple[Event, Pass]:
    found, viewer = visible(event)
    if viewer is None:
        raise BadPass("To edit a write-up, open the note-takers' or the organisers' link first.")
    return found, viewer


def register(app: Flask) -> None:
    app.register_blueprint(edit)
