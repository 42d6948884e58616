"""Every error, as a page or as JSON: one sentence for the person who caused it."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from backchannel.domain.errors import BackchannelError, Busy, SlowDown
from backchannel.live.handlers import error_on_wire

log = logging.getLogger(__name__)

TITLES = {
    400: "That cannot be taken", 401: "A link is needed", 403: "Not with this link", 404: "Nothing here",
    405: "Not like this", 409: "That does not fit", 413: "Too large", 429: "One moment", 503: "One moment",
}  # fmt: skip


def register(app: Flask) -> None:
    @app.errorhandler(BackchannelError)
    def ours(fault: BackchannelError) -> ResponseReturnValue:
        response = _answer(fault.status, fault.message, error_on_wire(fault))
        if isinstance(fault, Busy | SlowDown):
            response.headers["Retry-After"] = "5"
        return response

    @app.errorhandler(SecurityError)
    def unknown_host(fault: SecurityError) -> ResponseReturnValue:
        # No page: its links would need the host that was refused.
        return Response("This server does not go by that name.\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http(fault: HTTPException) -> ResponseReturnValue:
        status = fault.code or 500
        message = "There is nothing at this address." if status == 404 else fault.description or fault.name
        code = (fault.name or "error").lower().replace(" ", "_")
        error = {"code": code, "message": message, "field": None, "permanent": status < 500}
        return fault if fault.response is not None else _answer(status, message, error)

    @app.errorhandler(Exception)
    def unforeseen(fault: Exception) -> ResponseReturnValue:
        log.exception("a request failed: %s %s", request.method, request.endpoint)
        message = "Something broke on the server; it was noted."
        return _answer(500, message, {"code": "broken", "message": message, "field": None, "permanent": False})


def _answer(status: int, message: str, error: dict[str, object]) -> Response:
    if request.path.startswith("/api/"):
        response = jsonify({"error": error})
    else:
        title = TITLES.get(status, "Something broke")
        response = Response(render_template("error.html", status=status, title=title, message=message))
    response.status_code = status
    return response
