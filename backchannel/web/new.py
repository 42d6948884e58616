"""`/new`: create an event in the browser. BACKCHANNEL_CREATE decides who may."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.creation import create_with_organiser, short_name, suggest_slug
from backchannel.domain.errors import BackchannelError, Forbidden, Invalid
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event
from backchannel.domain.spoken import HOST_WORDS, read_spoken
from backchannel.web.event_form import hashtag_warnings, read_event_form, zones
from backchannel.web.guard import limits, remember, services

new = Blueprint("new", __name__)


@new.get("/new")
def form() -> ResponseReturnValue:
    """Show the form for a new event."""
    _require_allowed()
    return _form({})


@new.post("/new")
def create() -> ResponseReturnValue:
    """Create the event, and show what to hand out. Hashtags that collide are confirmed first."""
    _require_allowed()
    fields = request.form
    try:
        _require_host_code(fields)
        event = _event(fields)
        warnings = hashtag_warnings(services().read(), event.hashtags)
        if warnings and fields.get("checked") != fields.get("hashtags"):
            return _form(fields, warnings=warnings), 409
        limits().creations(request.remote_addr or "")
        name = fields.get("name", "").strip() or "Organiser"
        created, own = create_with_organiser(services().desk, services().passes, event, name)
    except BackchannelError as fault:
        return _form(fields, fault=fault), fault.status
    response = make_response(redirect(url_for("handout.overview", event=created.slug, new=1), code=303))
    return remember(response, created.slug, own)


@new.get("/new/check")
def check() -> ResponseReturnValue:
    """Return the suggested short name and the hashtag's collisions, while somebody types."""
    _require_allowed()
    tags = read_event_form({"hashtags": request.args.get("hashtags", "")})["hashtags"]
    return {"slug": short_name(request.args.get("title", "")), "warnings": hashtag_warnings(services().read(), tags)}


def _event(fields: Mapping[str, str]) -> Event:
    slug = fields.get("slug", "").strip() or suggest_slug(services().read(), fields.get("title", ""))
    return Event(slug=slug, uid=uuid7(), **read_event_form(fields))


def _require_allowed() -> None:
    if services().settings.create == "nobody":
        raise Forbidden("Events can't be created in the browser here. Ask the person who runs this server.")


def _require_host_code(fields: Mapping[str, str]) -> None:
    if services().settings.create == "anyone":
        return
    address = request.remote_addr or ""
    limits().code(address)
    typed, right = read_spoken(fields.get("code", ""), HOST_WORDS), services().passes.host_words()
    if not hmac.compare_digest(" ".join(typed), " ".join(right)):
        raise Invalid("This isn't the host code of this server. Ask the person who runs it.", field="code")
    limits().code_was_right(address)


def _form(fields: Mapping[str, str], fault: BackchannelError | None = None, warnings: list[str] | None = None) -> str:
    return render_template(
        "new.html", fields=fields, fault=fault, warnings=warnings or [], zones=zones(), host_words=HOST_WORDS,
        needs_code=services().settings.create == "code",
    )  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(new)
