"""Errors as pages or JSON, each with a message for the person who caused it."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from backchannel.domain.errors import BackchannelError, Busy, SlowDown
from backchannel.live.handlers import error_on_wire

log = logging.getLogger(__name__)

TITLES = {
    400: "That can't be used", 401: "You need a link", 403: "Your link doesn't allow this", 404: "Nothing here",
    405: "That doesn't work here", 409: "Conflict", 413: "Too large", 429: "One moment", 503: "One moment",
}  # fmt: skip


def register(app: Flask) -> None:
    @app.errorhandler(BackchannelError)
    def ours(fault: BackchannelError) -> ResponseReturnValue:
        response = _answer(fault.status, fault.message, error_on_wire(fault))
        if isinstance(fault, Busy | SlowDown):
            response.headers["Retry-After"] = str(fault.retry_after if isinstance(fault, SlowDown) else 5)
        return response

    @app.errorhandler(SecurityError)
    def unknown_host(_fault: SecurityError) -> ResponseReturnValue:
        # Plain text, because a page's links would need the host that was refused.
        return Response("Unknown host name. Check the address.\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http(fault: HTTPException) -> ResponseReturnValue:
        status = fault.code or 500
        message = "There is nothing at this address." if status == 404 else fault.description or fault.name
        code = (fault.name or "error").lower().replace(" ", "_")
        error: dict[str, object] = {"code": code, "message": message, "field": None, "permanent": status < 500}
        return fault if fault.response is not None else _answer(status, message, error)

    @app.errorhandler(Exception)
    def unforeseen(_fault: Exception) -> ResponseReturnValue:
        log.exception("Request failed: %s %s", request.method, request.endpoint)
        message = "Something went wrong on the server. Try again in a moment."
        return _answer(500, message, {"code": "broken", "message": message, "field": None, "permanent": False})


def _answer(status: int, message: str, error: dict[str, object]) -> Response:
    if request.path.startswith("/api/"):
        response = jsonify({"error": error})
    else:
        title = TITLES.get(status, "Something went wrong")
        response = Response(render_template("error.html", status=status, title=title, message=message))
    response.status_code = status
    return response
