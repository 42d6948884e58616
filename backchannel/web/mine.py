""""Your notes": everything this browser's pass wrote, to read and download."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask, Response, render_template

from backchannel.domain.errors import BadPass, Invalid
from backchannel.domain.model import Event, Record
from backchannel.passes import Pass
from backchannel.web.guard import services, visible
from backchannel.web.pages import still
from backchannel.writeup import json
from backchannel.writeup.formats import FORMATS
from backchannel.writeup.mine import WRITTEN, facts_of, my_notes, notes_heading, thoughts_heading, write_mine

mine = Blueprint("mine", __name__)


@mine.get("/e/<event>/mine")
def show(event: str) -> str:
    """Show the viewer's own notes of all sessions, with download links."""
    found, viewer, record = _own(event)
    notes = my_notes(record) if record.items else None
    formats = [FORMATS[name] for name in (*WRITTEN, "json") if FORMATS[name].installed]
    return render_template(
        "mine.html", **still(found, viewer), mine=notes, formats=formats, facts_of=facts_of, notes_heading=notes_heading,
        thoughts_heading=thoughts_heading,
    )  # fmt: skip


@mine.get("/e/<event>/mine.<format>")
def take(event: str, format: str) -> Response:
    """Return them as a file: the draft of a blog post, or everything as JSON."""
    found, _, record = _own(event)
    if format not in (*WRITTEN, "json"):
        raise Invalid(f"Unknown format. Your notes come as {', '.join(WRITTEN)} or json.", field="format")
    kind = FORMATS[format]
    kind.require()
    notes = my_notes(record)
    data = json.write_event(notes.writeup).encode() if format == "json" else write_mine(notes, format)
    response = Response(data, mimetype=kind.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{kind.file_name(f"{found.slug}-my-notes")}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _own(event: str) -> tuple[Event, Pass, Record]:
    """Return the event, the pass, and what was written with it."""
    found, viewer = visible(event)
    if viewer is None or viewer.role == "follower":
        raise BadPass("Open this page in the browser you took your notes with: they belong to its link.")
    record = services().read().record(event)
    items = tuple(item for item in record.items if item.author_key == viewer.author_key and item.origin != "post")
    return found, viewer, replace(record, items=items)


def register(app: Flask) -> None:
    app.register_blueprint(mine)
