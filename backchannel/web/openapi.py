"""The description of the HTTP API for programs, as OpenAPI 3.1: `GET /api/v1/openapi.json`.

It says what docs/protocol.md says. tests/web/test_openapi.py compares it with the routes and with real responses.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, json

from backchannel import __version__
from backchannel.web.api import DEFAULT_PAGE_ITEMS, MAX_PAGE_ITEMS, MAX_WAIT_S
from backchannel.web.openapi_shapes import SHAPES, TEXT, Schema, ref

BASE = "/api/v1/events/{event}"
SCHEME = "bearer"  # the name of the security scheme
Part = dict[str, Any]

openapi = Blueprint("openapi", __name__)


@openapi.get("/api/v1/openapi.json")
def show() -> Response:
    """Return the description of this API."""
    return Response(_document_text(), mimetype="application/json")


@cache
def _document_text() -> str:
    return json.dumps(document())


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Backchannel", "version": __version__, "description": "Live notes of an event."},
        "paths": {path: _path(path, operations) for path, operations in _operations().items()},
        "components": {"schemas": SHAPES, "securitySchemes": {SCHEME: {"type": "http", "scheme": "bearer"}}},
    }


def _operations() -> dict[str, Part]:
    """Return the operations of each address by method."""
    return {
        "/api/v1/openapi.json": {"get": _read("Return the description of this API.", {"type": "object"})},
        BASE: {"get": _read("Return the event and its sessions.", ref("Event"))},
        f"{BASE}/changes": {"get": _read("Return a page of a channel.", ref("Changes"), *_page_parameters())},
        f"{BASE}/window": {
            "get": _read("Return a channel's newest items, in reading order.", ref("Window"), _channel())
        },
        f"{BASE}/programme": {
            "get": _read(
                "Return the grid, or the sessions that changed after a number.", ref("Programme"), _number("after")
            )
        },
        f"{BASE}/grid": {"post": _write("Edit the grid. Requires an organiser's pass.", "Edit", "Edited")},
        f"{BASE}/items/{{id}}": {"get": _read("Return one visible item.", ref("OneItem"))},
        f"{BASE}/join": {"post": _write("Exchange a shared pass and a name for a personal pass.", "Name", "Joined")},
        f"{BASE}/ops": {"post": _write("Write, correct or withdraw items.", "Batch", "Results")},
    }


def _path(path: str, operations: Part) -> Part:
    """Return an address with its operations and the parameters in it."""
    names = [name for name in ("event", "id") if f"{{{name}}}" in path]
    inside = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
    return ({"parameters": inside} if inside else {}) | operations


def _read(summary: str, answer: Schema, *parameters: Part) -> Part:
    """Return a GET operation. A public event can be read without a pass."""
    found = {"summary": summary, "security": [{}, {SCHEME: []}], "responses": _responses(answer)}
    return found | ({"parameters": list(parameters)} if parameters else {})


def _write(summary: str, body: str, answer: str) -> Part:
    """Return a POST operation, which requires a pass."""
    content = {"application/json": {"schema": ref(body)}}
    return {
        "summary": summary, "security": [{SCHEME: []}], "requestBody": {"required": True, "content": content},
        "responses": _responses(ref(answer)),
    }  # fmt: skip


def _responses(answer: Schema) -> Part:
    return {
        "200": {"description": "Success", "content": {"application/json": {"schema": answer}}},
        "default": {"description": "An error", "content": {"application/json": {"schema": ref("Error")}}},
    }


def _page_parameters() -> list[Part]:
    return [
        _channel(),
        _number("after", default=0),
        _number("limit", minimum=1, maximum=MAX_PAGE_ITEMS, default=DEFAULT_PAGE_ITEMS),
        _number("programme"),
        _number("pitches"),
        _query("wait", {"type": "number", "minimum": 0, "maximum": MAX_WAIT_S, "default": 0}),
    ]


def _channel() -> Part:
    return _query("channel", {"type": "string", "default": "event"})


def _number(name: str, **limits: int) -> Part:
    return _query(name, {"type": "integer", "minimum": 0, **limits})


def _query(name: str, schema: Schema) -> Part:
    return {"name": name, "in": "query", "schema": schema}


def register(app: Flask) -> None:
    app.register_blueprint(openapi)
