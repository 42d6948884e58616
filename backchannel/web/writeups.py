"""The write-ups: as pages, and as files to take away."""

from __future__ import annotations

from flask import Blueprint, Flask

writeups = Blueprint("writeups", __name__)


@writeups.get("/e/<event>/write-up")
def event(event: str) -> str:
    return ""


@writeups.get("/e/<event>/s/<slug>/write-up")
def session(event: str, slug: str) -> str:
    return ""


@writeups.get("/e/<event>/write-up.<format>")
def export_event(event: str, format: str) -> str:
    return ""


@writeups.get("/e/<event>/s/<slug>/write-up.<format>")
def export(event: str, slug: str, format: str) -> str:
    return ""


def register(app: Flask) -> None:
    app.register_blueprint(writeups)
