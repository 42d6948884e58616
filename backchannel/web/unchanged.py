"""Answers that are given again before Flask sees the request, while nothing of the event has changed.

    GET without cookie or pass -> the same address was answered before?  and the event, the epoch and the minute are the same?
                                  yes: the same answer, or 304          no: Flask answers, and may `remember` its answer

Only answers that say so (`same_for_everybody`) are remembered: those made of nothing but the event's lines, its programme
and the minute. The mark of the event is read before Flask makes the answer, so an answer is
never newer than its mark. Flask has checked the host of a remembered address, which is part of its key.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple, cast

from flask import Flask, Response, g, request

from backchannel.domain.errors import UnknownEvent
from backchannel.live.services import Services

MAX_BYTES = 16 * 1024 * 1024  # of remembered answers
_NOT_SENT_WITH_304 = {"content-length", "content-type", "content-encoding"}

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Mark = tuple[Hashable, ...]


class Answer(NamedTuple):
    """A remembered answer, and the mark of the event that it was made of."""

    mark: Mark
    tag: str
    headers: list[tuple[str, str]]
    body: bytes


class Unchanged:
    """WSGI middleware in front of Flask."""

    def __init__(self, app: Wsgi, services: Services) -> None:
        self._app = app
        self._services = services
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer the request, or pass it on to Flask."""
        known = self._answers.get(key_of(environ)) if is_for_everybody(environ) else None
        if known is None or known.mark != self.mark(str(known.mark[0])):
            return self._app(environ, start_response)
        if known.tag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", [pair for pair in known.headers if pair[0].lower() not in _NOT_SENT_WITH_304])
            return []
        start_response("200 OK", known.headers)
        return [known.body]

    def mark(self, event: str) -> Mark:
        """Return what changes whenever an answer about the event may change."""
        reader = self._services.read()
        try:
            found = reader.event(event)
        except UnknownEvent:
            return (event,)
        counters = (found.head, found.version, found.programme, found.pitches)
        return (event, found.uid, found.public, counters, reader.epoch(), int(time.time() // 60))

    def remember(self, environ: dict[str, Any], mark: Mark, response: Response) -> None:
        """Remember an answer that everybody gets who asks for this address."""
        key = key_of(environ)
        headers = list(response.get_wsgi_headers(environ))
        answer = Answer(mark, response.get_etag()[0] or "", headers, response.get_data())
        self._bytes += len(answer.body) - (len(self._answers[key].body) if key in self._answers else 0)
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while self._bytes > MAX_BYTES:
            self._bytes -= len(self._answers.popitem(last=False)[1].body)


def same_for_everybody() -> None:
    """Say of the answer to this request that it is the same for everybody without a pass, until the event changes."""
    g.same_for_everybody = True


def is_for_everybody(environ: dict[str, Any]) -> bool:
    """Return whether the request shows neither a pass nor any cookie."""
    return environ["REQUEST_METHOD"] == "GET" and "HTTP_COOKIE" not in environ and "HTTP_AUTHORIZATION" not in environ


def key_of(environ: dict[str, Any]) -> Hashable:
    """Return the address that a request names, and whether it takes gzip."""
    gzip = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    return (environ.get("HTTP_HOST"), environ["PATH_INFO"], environ.get("QUERY_STRING", ""), gzip)


def register(app: Flask) -> None:
    front = Unchanged(cast(Wsgi, app.wsgi_app), app.extensions["backchannel"])
    app.wsgi_app = front  # type: ignore[method-assign]

    @app.before_request
    def read_mark() -> None:
        if is_for_everybody(request.environ) and request.view_args and "event" in request.view_args:
            g.mark = front.mark(request.view_args["event"])

    # Registered first and therefore run last, when the answer is compressed and has all its headers.
    @app.after_request
    def remember(response: Response) -> Response:
        if "mark" in g and "same_for_everybody" in g and response.status_code == 200:
            front.remember(request.environ, g.mark, response)
        return response
