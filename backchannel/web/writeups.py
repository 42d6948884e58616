"""The write-ups: as pages, and as files to take away."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template

from backchannel.domain.model import Event, Session
from backchannel.web.guard import services, visible
from backchannel.web.pages import still
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS, Format, format_of

writeups = Blueprint("writeups", __name__)


@writeups.get("/e/<event>/write-up")
def event(event: str) -> str:
    """The write-up of the whole event: contents, ledger, links."""
    found, shown = visible(event)
    writeup = compose_event(services().read().record(event))
    return render_template("writeup_event.html", **still(found, shown), writeup=writeup, formats=FORMATS)


@writeups.get("/e/<event>/s/<slug>/write-up")
def session(event: str, slug: str) -> str:
    """The write-up of one session."""
    found, shown = visible(event)
    record = services().read().record(event, session=slug)
    writeup = compose_session(record, record.sessions[0])
    return render_template(
        "writeup_session.html", **still(found, shown), writeup=writeup, session=record.sessions[0], formats=FORMATS
    )


@writeups.get("/e/<event>/write-up.<format>")
def export_event(event: str, format: str) -> Response:
    found, _ = visible(event)
    kind = format_of(format)
    return _file(kind, found, None, kind.write_event(compose_event(services().read().record(event))))


@writeups.get("/e/<event>/s/<slug>/write-up.<format>")
def export(event: str, slug: str, format: str) -> Response:
    found, _ = visible(event)
    kind = format_of(format)
    record = services().read().record(event, session=slug)
    session = record.sessions[0]
    return _file(kind, found, session, kind.write_session(compose_session(record, session)))


def _file(kind: Format, event: Event, session: Session | None, text: str | bytes) -> Response:
    name = f"{event.slug}-{session.slug}" if session else event.slug
    response = Response(text, mimetype=kind.media_type)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{kind.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    return response


def register(app: Flask) -> None:
    app.register_blueprint(writeups)
