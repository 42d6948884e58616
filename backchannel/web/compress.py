"""Compression of pages and JSON: a grid of sixty sessions is 200 KB of HTML, and the wifi is slow."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

MIN_BYTES = 1000  # bytes; below this, compression gains nothing
LEVEL = 5
TEXT = ("text/", "application/json", "application/javascript", "application/x-ndjson", "image/svg+xml")


def register(app: Flask) -> None:
    # Registered first and therefore run last, after other hooks have added their headers.
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
    if len(body) < MIN_BYTES:
        return
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if response.headers.get("ETag"):
        # Another encoding is another representation, so the tag becomes weak (RFC 9110, section 8.8.1).
        response.set_etag(response.get_etag()[0] or "", weak=True)
