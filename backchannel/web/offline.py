"""Offline support: the service worker, the web app manifest, and leaving an event.

    /sw.js                   the worker, with its build and the files to cache first; served from the root, because a
                             worker only controls addresses below its own
    /manifest.webmanifest    lets a phone put the app on its home screen
    /offline                 shown instead of a page that was never opened on this phone
    POST /e/<event>/leave    deletes this browser's pass; the worker then deletes every cached page

Static files are requested with their build (`?v=...`), so that browsers can cache them for ever.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, redirect, render_template, request, url_for

from backchannel.web.guard import forget, visible

SHELL = ("dist/backchannel.css", "dist/follow.js", "dist/scribe.js", "dist/offline.js", "mark.svg")
WORKER = "dist/sw.js"
SERVED = ("dist/*.js", "dist/*.css", "icons/*.png", "*.svg")
ICONS = {192: "icons/192.png", 512: "icons/512.png"}
FOR_EVER = "public, max-age=31536000, immutable"

offline = Blueprint("offline", __name__)


@offline.get("/sw.js")
def worker() -> Response:
    """Return the worker. Its bytes change with every build, which is how browsers notice an update."""
    script = Path(current_app.static_folder or "", WORKER)
    if not script.is_file():
        abort(404)
    files = [url_for("static", filename=name) for name in (*SHELL, *ICONS.values())]
    build = json.dumps(
        {"version": current_app.config["BUILD"], "files": files, "offline": url_for("offline.nothing_here")}
    )
    response = Response(f"self.BUILD={build};{script.read_text('utf-8')}", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@offline.get("/manifest.webmanifest")
def manifest() -> Response:
    response = jsonify(
        id="/",
        name="Backchannel",
        short_name="Backchannel",
        description="Follow an unconference from anywhere, and take notes together on bad wifi.",
        start_url=url_for("follow.home"),
        scope="/",
        display="minimal-ui",
        background_color="#f2ead9",
        theme_color="#f2ead9",
        icons=[_icon(size, name) for size, name in ICONS.items()],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icon(size: int, name: str) -> dict[str, str]:
    src = url_for("static", filename=name)
    return {"src": src, "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}


@offline.get("/offline")
def nothing_here() -> str:
    """Show that this page is not on the phone, and which pages are."""
    return render_template("offline.html")


@offline.post("/e/<event>/leave")
def leave(event: str) -> Response:
    """Delete the browser's pass. Everything written stays where it is."""
    found, _ = visible(event)
    target = url_for("follow.event", event=event) if found.public else url_for("follow.home")
    response = redirect(target, code=303)
    assert isinstance(response, Response)
    return forget(response, event)


def build(folder: Path) -> str:
    """Return a short hash of the files that browsers load, equal on every machine."""
    files = (path for pattern in SERVED for path in folder.glob(pattern))
    hashed = sha256()
    for path in sorted(files):
        hashed.update(path.name.encode() + path.read_bytes())
    return hashed.hexdigest()[:12]


def register(app: Flask) -> None:
    app.register_blueprint(offline)
    version = app.config["BUILD"] = build(Path(app.static_folder or ""))

    @app.url_defaults
    def by_build(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", version)

    @app.after_request
    def cache_files(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200 and request.args.get("v") == version:
            response.headers["Cache-Control"] = FOR_EVER
        return response
