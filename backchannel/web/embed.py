"""A session for other people's pages: in a frame, and described by oEmbed (https://oembed.com).

Only sessions of public events can be embedded. These addresses read no cookie and set none, and nothing can be written
through them.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotImplemented as OnlyJson

from backchannel.domain.channels import session_channel
from backchannel.domain.errors import Invalid, Unknown, UnknownEvent
from backchannel.domain.model import Event, Session
from backchannel.web import timelines
from backchannel.web.guard import POLICY, origin, own_hosts, services
from backchannel.web.pages import grid_of, kept_page, page

WIDTH, HEIGHT = 600, 480  # pixels, if the caller names no maximum
MIN_WIDTH, MIN_HEIGHT = 240, 200
THEMES = ("auto", "light", "dark")

embed = Blueprint("embed", __name__)


@embed.get("/e/<event>/s/<slug>/embed")
def show(event: str, slug: str) -> Response:
    """Show a session for a frame."""
    found, session = _public(event, slug)
    channel = session_channel(session.guid)
    seq = services().read().channel_head(event, channel)
    grid = grid_of(found, seq)
    theme = request.args.get("theme", "")

    def render() -> str:
        return render_template(
            "embed.html", **page(found, None, channel), timeline_view=timelines.view(found, session.guid),
            session=grid.by_guid()[session.guid], theme=theme if theme in THEMES else THEMES[0],
        )  # fmt: skip

    response = kept_page(found, None, ("embed", session.guid, seq, grid.number, theme in THEMES and theme), render)
    response.headers["Content-Security-Policy"] = _policy()
    return response


@embed.get("/oembed")
def oembed() -> Response:
    """Describe a session's address for a page that wants to embed it."""
    if request.args.get("format", "json") != "json":
        raise OnlyJson("Only format=json is available.")
    found, session = _named(request.args.get("url", ""))
    width, height = _size("maxwidth", WIDTH, MIN_WIDTH), _size("maxheight", HEIGHT, MIN_HEIGHT)
    address = origin() + url_for("embed.show", event=found.slug, slug=session.slug)
    title = f"{session.title} · {found.title}"
    frame = f'<iframe src="{escape(address)}" width="{width}" height="{height}" title="{escape(title)}" loading="lazy"></iframe>'
    return jsonify(
        version="1.0", type="rich", title=title, provider_name="Backchannel", provider_url=origin(), cache_age=300, html=frame,
        width=width, height=height,
    )


def _named(address: str) -> tuple[Event, Session]:
    """Return the session that an address of this server names. Raises `Unknown` for every other address."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or parts.netloc not in own_hosts():
        raise Unknown("This isn't the address of a session on this server.", field="url")
    try:
        endpoint, values = current_app.url_map.bind(parts.netloc).match(parts.path, method="GET")
    except HTTPException:
        endpoint, values = "", {}
    if endpoint not in ("follow.session", "embed.show"):
        raise Unknown("This isn't the address of a session on this server.", field="url")
    return _public(**values)


def _public(event: str, slug: str) -> tuple[Event, Session]:
    """Return a session of a public event, or the session it was merged into."""
    reader = services().read()
    found = reader.event(event)
    if not found.public:
        raise UnknownEvent(event)
    session = reader.session(event, slug)
    return found, reader.session(event, session.merged_into) if session.merged_into else session


def _size(name: str, default: int, smallest: int) -> int:
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid(f"`{name}` must be a whole number of pixels.", field=name)
    return max(smallest, min(default, int(text or default)))


def _policy() -> str:
    """Return the pages' policy with the sites that may show a frame."""
    sites = services().settings.embed
    allowed = "'none'" if "none" in sites else " ".join(sites)
    return POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {allowed}")


def register(app: Flask) -> None:
    app.register_blueprint(embed)
