"""Request checks: passes, cookies, host names, and the origin of writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.sansio.utils import host_is_trusted

from backchannel.config import Settings
from backchannel.desk import access
from backchannel.domain.errors import BadPass, Forbidden
from backchannel.domain.model import Event
from backchannel.live.auth import by_https, cookie_name, visible_event
from backchannel.live.limits import Limits
from backchannel.live.services import Services
from backchannel.passes import Pass

COOKIE_MAX_AGE_S = 90 * 24 * 3600  # seconds that a browser keeps its pass
WITH_FORMS = (  # blueprints whose pages have forms
    "scribe", "join", "new", "organise", "handout", "people", "settings", "triage", "edit", "writeups", "grid_edit",
    "pitches", "schedule_in", "moderate", "rules", "report",
)  # fmt: skip
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def services() -> Services:
    return cast(Services, current_app.extensions["backchannel"])


def limits() -> Limits:
    return cast(Limits, current_app.extensions["backchannel limits"])


def request_pass(event: str) -> Pass | None:
    """Return the pass sent with the request: a bearer token (programs) or the event's cookie (browsers)."""
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise BadPass("Send the pass as “Authorization: Bearer PASS”.")
        return services().passes.read(token.strip())
    return cookie_pass(event)


def cookie_pass(event: str) -> Pass | None:
    """Return a browser's pass. A revoked one counts as none."""
    token = request.cookies.get(cookie_name(services(), event))
    try:
        viewer = services().passes.read(token) if token else None
        if viewer is not None:
            access.authenticate(services().read(), viewer, event)
        return viewer
    except BadPass:
        return None


def visible(event: str) -> tuple[Event, Pass | None]:
    """Return the event, if the viewer may read it, and their valid pass, if they have one."""
    viewer = request_pass(event)
    found = visible_event(services(), event, viewer)
    if viewer is not None:
        access.authenticate(services().read(), viewer, event)
        services().presence.saw(viewer)
    return found, viewer


def writing_pass(event: str) -> Pass:
    """Return the pass of a viewer who wants to write. Raises `BadPass` if there is none."""
    viewer = request_pass(event)
    if viewer is None:
        raise BadPass("To take notes, open the note-takers' link first.")
    return viewer


def remember(response: Response, event: str, token: str) -> Response:
    """Set the pass cookie. It is Lax because people follow links from mail and chat."""
    response.set_cookie(cookie_name(services(), event), token, max_age=COOKIE_MAX_AGE_S, **cookie_options())
    return response


def forget(response: Response, event: str) -> Response:
    """Delete the pass cookie."""
    response.delete_cookie(cookie_name(services(), event), **cookie_options())
    return response


def cookie_options() -> dict[str, Any]:
    """Return the attributes of every cookie that we set."""
    return {"path": "/", "secure": by_https(services()), "httponly": True, "samesite": "Lax"}


def same_site() -> None:
    """Refuse a write sent by another site together with our cookie. Programs send no cookie, so they pass."""
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "none"):
        return
    origin = request.headers.get("Origin")
    if site or (origin and urlsplit(origin).netloc not in own_hosts()):
        raise Forbidden("This request came from another site. Nothing was changed.")


def origin() -> str:
    """Return what absolute addresses start with: the public address, or else the one of this request."""
    return services().settings.public_url.rstrip("/") or request.host_url.rstrip("/")


def own_hosts() -> set[str]:
    public = urlsplit(services().settings.public_url).netloc
    return {public, request.host} if public else {request.host}


def socket_origins(settings: Settings) -> Callable[[str, dict[str, Any]], bool]:
    """Return a check for the origins that may open a socket.

    These are the public address, or else the requested host if it is one of ours.
    """
    trusted = trusted_hosts(settings.public_url, settings.host)

    def ours(origin: str, environ: dict[str, Any]) -> bool:
        if settings.public_url and origin == "://".join(urlsplit(settings.public_url)[:2]):
            return True
        host = environ.get("HTTP_HOST", "")
        return urlsplit(origin).netloc == host and host_is_trusted(host, trusted)

    return ours


def trusted_hosts(public_url: str, host: str) -> list[str]:
    """Return the accepted Host headers: the public address, or else the bound address and localhost."""
    if public_url:
        return [urlsplit(public_url).hostname or "", "127.0.0.1", "localhost"]
    bound = f"[{host}]" if ":" in host else host
    return [bound, "127.0.0.1", "localhost", "[::1]"]


def register(app: Flask) -> None:
    @app.before_request
    def check_writes() -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            same_site()

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        # Pages with forms use `same-origin`, because `no-referrer` hides the Origin that same_site() reads.
        form = request.blueprint in WITH_FORMS
        response.headers.setdefault("Referrer-Policy", "same-origin" if form else "no-referrer")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store" if request.cookies else "no-cache"
            response.vary.update(["Cookie", "Authorization"])
        return response
