"""The write-ups: as pages, and as files to take away."""

from __future__ import annotations

from flask import Blueprint, Flask

writeups = Blueprint("writeups", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(writeups)
