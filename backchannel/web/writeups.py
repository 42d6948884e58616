"""The write-ups: as pages, and as files to take away."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template

from backchannel.desk.editions import published_part
from backchannel.domain.errors import Unknown
from backchannel.domain.model import Event, Record, Session
from backchannel.passes import Pass
from backchannel.web.guard import services, visible
from backchannel.web.pages import still
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS, Format, format_of

writeups = Blueprint("writeups", __name__)


@writeups.get("/e/<event>/write-up")
def event(event: str) -> str:
    """The write-up of the whole event: contents, ledger, links."""
    found, shown = visible(event)
    writeup = compose_event(readable_record(event, shown))
    return render_template("writeup_event.html", **still(found, shown), writeup=writeup, formats=FORMATS)


@writeups.get("/e/<event>/s/<slug>/write-up")
def session(event: str, slug: str) -> str:
    """The write-up of one session."""
    found, shown = visible(event)
    record = readable_record(event, shown, slug)
    writeup = compose_session(record, record.sessions[0])
    return render_template(
        "writeup_session.html", **still(found, shown), writeup=writeup, session=record.sessions[0], formats=FORMATS,
        edition=services().read().edition(event, record.sessions[0].guid),
    )  # fmt: skip


@writeups.get("/e/<event>/write-up.<format>")
def export_event(event: str, format: str) -> Response:
    found, shown = visible(event)
    kind = format_of(format)
    return _file(kind, found, None, kind.write_event(compose_event(readable_record(event, shown))))


@writeups.get("/e/<event>/s/<slug>/write-up.<format>")
def export(event: str, slug: str, format: str) -> Response:
    found, shown = visible(event)
    kind = format_of(format)
    record = readable_record(event, shown, slug)
    session = record.sessions[0]
    return _file(kind, found, session, kind.write_session(compose_session(record, session)))


def readable_record(event: str, shown: Pass | None, session: str | None = None) -> Record:
    """The record of what this person may read written up: an unpublished session is absent, but for those who edit it."""
    reader = services().read()
    record = reader.record(event, session=session)
    if shown is not None and shown.role != "follower":
        return record
    published = published_part(record)
    if session is not None and not published.sessions:
        raise Unknown("The write-up of this session is not published.", field="session")
    return published


def _file(kind: Format, event: Event, session: Session | None, text: str | bytes) -> Response:
    name = f"{event.slug}-{session.slug}" if session else event.slug
    response = Response(text, mimetype=kind.media_type)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{kind.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    return response


def register(app: Flask) -> None:
    app.register_blueprint(writeups)
