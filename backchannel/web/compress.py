"""Pages and JSON go out compressed: the wifi is rubbish, and a grid of sixty sessions is 200 KB of HTML."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

SMALLEST = 1000  # bytes worth the trouble
LEVEL = 5
TEXT = ("text/", "application/json", "application/javascript", "application/x-ndjson", "image/svg+xml")


def register(app: Flask) -> None:
    # Registered first, hence run last: what others add to a response is on it by then.
    @app.after_request
    def compress(response: Response) -> Response:
        if not (response.mimetype or "").startswith(TEXT):
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or "Content-Encoding" in response.headers:
            return response
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            _compress(response)
        return response


def _compress(response: Response) -> None:
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if response.headers.get("ETag"):  # another encoding is another representation (RFC 9110, 8.8.1): the tag is weak now
        response.set_etag(response.get_etag()[0] or "", weak=True)
