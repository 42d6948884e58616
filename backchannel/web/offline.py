"""What lets the pages open without a network: the service worker, the manifest, and leaving again.

    /sw.js                   the worker, told which build it belongs to and what to fetch at once; served from the root, for
                             a worker reaches no further up than its own address
    /manifest.webmanifest    what a phone needs to put it on its home screen
    /offline                 shown by the worker in place of a page that was never opened on this phone
    POST /e/<event>/leave    this browser gives its pass back; the worker then throws every kept page away

A file of static/ is asked for by its build (`?v=...`), so a copy of it never gets old, and is never asked for twice.
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
    """The worker's bytes differ from build to build: that is how a browser learns that there is a new one."""
    script = Path(current_app.static_folder or "", WORKER)
    if not script.is_file():
        abort(404)
    files = [url_for("static", filename=name) for name in (*SHELL, *ICONS.values())]
    told = json.dumps(
        {"version": current_app.config["BUILD"], "files": files, "offline": url_for("offline.nothing_here")}
    )
    response = Response(f"self.BUILD={told};{script.read_text('utf-8')}", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@offline.get("/manifest.webmanifest")
def manifest() -> Response:
    response = jsonify(
        id="/",
        name="Backchannel",
        short_name="Backchannel",
        description="Follow an unconference from anywhere, and take notes together on rubbish wifi.",
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
    """Not on this phone; and what is."""
    return render_template("offline.html")


@offline.post("/e/<event>/leave")
def leave(event: str) -> Response:
    """Give the pass back. What was written stays where it is; only this browser forgets whose it was."""
    found, _ = visible(event)
    target = url_for("follow.event", event=event) if found.public else url_for("follow.home")
    response = redirect(target, code=303)
    assert isinstance(response, Response)
    return forget(response, event)


def build(folder: Path) -> str:
    """A short name for what browsers are given: of the same files the same, on every machine."""
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
    def keep_files(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200 and request.args.get("v") == version:
            response.headers["Cache-Control"] = FOR_EVER
        return response
