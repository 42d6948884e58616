"""Write-ups as pages and downloads."""

from __future__ import annotations

from functools import partial
from typing import cast

from flask import Blueprint, Flask, Response, current_app, render_template, request

from backchannel.desk.editions import published_part
from backchannel.domain.errors import Unknown
from backchannel.domain.model import Event, Record
from backchannel.passes import Pass
from backchannel.web.exports import Exports, Wanted, made_by_child, tag_of
from backchannel.web.guard import services, visible
from backchannel.web.kept import off_hub
from backchannel.web.pages import impersonal, kept_page, still
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS, Format, format_of

MAX_INLINE_ITEMS = 1000  # changes of an event below which a download is made at once

writeups = Blueprint("writeups", __name__)


@writeups.get("/e/<event>/write-up")
def event(event: str) -> Response:
    """Show the write-up of the event: contents, ledger and links."""
    found, viewer = visible(event)
    reader_of = impersonal(viewer)

    def render() -> str:
        record = readable_record(event, reader_of)
        return render_template(
            "writeup_event.html", **still(found, reader_of), writeup=compose_event(record), formats=_offered(whole=True),
            indexable=any(edition.indexable for edition in record.editions.values()),
        )  # fmt: skip

    return kept_page(found, reader_of, ("write-up", found.head), off_hub(render))


@writeups.get("/e/<event>/s/<slug>/write-up")
def session(event: str, slug: str) -> Response:
    """Show the write-up of one session."""
    found, viewer = visible(event)
    reader_of = impersonal(viewer)

    def render() -> str:
        record = readable_record(event, reader_of, slug)
        here = record.sessions[0]
        return render_template(
            "writeup_session.html", **still(found, reader_of), writeup=compose_session(record, here), session=here,
            formats=_offered(whole=False), edition=services().read().edition(event, here.guid),
        )  # fmt: skip

    return kept_page(found, reader_of, ("session write-up", slug, found.head), off_hub(render))


@writeups.get("/e/<event>/write-up.<format>")
def export_event(event: str, format: str) -> Response:
    """Return a download of the event's write-up."""
    found, viewer = visible(event)
    kind = format_of(format)
    if kind.needs or found.head > MAX_INLINE_ITEMS:
        return _built_by_child(kind, found, viewer)
    return _file(kind, found.slug, kind.event(compose_event(readable_record(event, viewer), _address(event))))


@writeups.get("/e/<event>/s/<slug>/write-up.<format>")
def export(event: str, slug: str, format: str) -> Response:
    """Return a download of a session's write-up."""
    found, viewer = visible(event)
    kind = format_of(format)
    if kind.needs or found.head > MAX_INLINE_ITEMS:
        return _built_by_child(kind, found, viewer, slug)
    record = readable_record(event, viewer, slug)
    return _file(kind, f"{event}-{slug}", kind.session(compose_session(record, record.sessions[0])))


def readable_record(event: str, viewer: Pass | None, session: str | None = None) -> Record:
    """Return the record that this viewer may read. Unpublished sessions are left out, except for their editors."""
    reader = services().read()
    record = reader.record(event, session=session)
    if not _is_reader(viewer):
        return record
    published = published_part(record)
    if session is not None and not published.sessions:
        raise Unknown("The write-up of this session isn't published yet.", field="session")
    return published


def _address(event: str) -> str:
    """Return the event's public address, if it is known, so that files can link back to it."""
    public = services().settings.public_url.rstrip("/")
    return f"{public}/e/{event}" if public else ""


def _is_reader(viewer: Pass | None) -> bool:
    return viewer is None or viewer.role == "follower"


def _built_by_child(kind: Format, event: Event, viewer: Pass | None, slug: str | None = None) -> Response:
    """Build a slow download in a child process."""
    kind.require()
    wanted = Wanted(event.slug, slug, kind.name, published=_is_reader(viewer))
    tag = tag_of(services().read(), wanted)
    if request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        made = cast(Exports, current_app.extensions["backchannel exports"]).file(services().read(), wanted)
        response = _file(kind, f"{event.slug}-{slug}" if slug else event.slug, made)
    response.set_etag(tag)
    return response


def _file(kind: Format, stem: str, data: bytes) -> Response:
    response = Response(data, mimetype=kind.media_type)
    shown_where = "inline" if kind.media_type.startswith("text/") or "json" in kind.media_type else "attachment"
    response.headers["Content-Disposition"] = f'{shown_where}; filename="{kind.file_name(stem)}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    response.headers["X-Robots-Tag"] = "noindex"  # search engines list the page instead
    return response


def _offered(whole: bool) -> list[Format]:
    """Return the formats that are installed here."""
    return [made for made in FORMATS.values() if made.installed and (whole or made.write_session)]


def register(app: Flask) -> None:
    app.extensions["backchannel exports"] = Exports(partial(made_by_child, app.extensions["backchannel"].settings.db))
    app.register_blueprint(writeups)
