"""Context shared by all pages: the event, the viewer, and what the scripts need to follow."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g

from backchannel.domain.channels import EVENT
from backchannel.domain.model import Event
from backchannel.passes import Pass
from backchannel.web import kept
from backchannel.web.grid import Grid, Grids
from backchannel.web.guard import origin, services
from backchannel.web.unchanged import same_for_everybody

WHOLE_MAX_AGE_S = 10.0  # how long a page with every line may lack new ones
MAX_WAITING_FOR_WHOLE = 20  # requests


def page(event: Event, viewer: Pass | None, channel: str = EVENT, *, live: bool = True) -> dict[str, Any]:
    """Return the context of a live page. Call it before reading items, so that later changes are sent again."""
    g.timezone = event.timezone
    reader = services().read()
    seq = reader.channel_head(event.slug, channel)
    token = services().passes.sign_page(event.slug, viewer.author_key if viewer else "")
    return {
        "event": event,
        "viewer": viewer_context(viewer),
        "now": services().desk.clock().astimezone(ZoneInfo(event.timezone)),
        "channel": channel,
        "page": {
            "live": live, "epoch": reader.epoch(), "seq": seq, "token": token, "programme": event.programme,
            "pitches": event.pitches,
        },
    }  # fmt: skip


def still(event: Event, viewer: Pass | None) -> dict[str, Any]:
    """Return the context of a page without live updates."""
    return page(event, viewer) | {"page": None}


def viewer_context(viewer: Pass | None) -> dict[str, str]:
    """Return the viewer's role and name for templates."""
    return {"role": viewer.role if viewer else "follower", "name": viewer.author if viewer else ""}


def kept_pages() -> kept.KeptPages:
    return cast(kept.KeptPages, current_app.extensions["backchannel kept pages"])


def kept_page(
    event: Event, viewer: Pass | None, key: kept.Key, render: Callable[[], str], pages: kept.KeptPages | None = None,
    mimetype: str = "text/html",
) -> Response:  # fmt: skip
    """Return a page that is rendered once for all viewers of a kind. `key` names what it is made of besides the event.

    A page for a personal pass carries its holder's name and token, so it is rendered for each request.
    """
    if viewer is not None and viewer.personal:
        return Response(kept_pages().rendered(render), mimetype="text/html")
    reader, minute = services().read(), int(services().desk.clock().timestamp() // 60)
    counters = (event.version, event.programme, event.pitches)
    made_of = (reader.epoch(), event.uid, counters, minute, origin(), _kind_of(viewer), *key)
    if reader.anonymous_sessions(event.slug):  # which names they leave out depends on the whole event
        made_of += (event.head,)
    if pages is None:  # the others may lack new lines
        same_for_everybody()
    return kept.response((pages or kept_pages()).page(made_of, render), mimetype)


def whole_page(event: Event, viewer: Pass | None, channel: str, key: kept.Key, render: Callable[[], str]) -> Response:
    """Return a page with every line of a channel. It may lack the new lines of a few seconds, but shows no removed one.

    Such pages are rendered one at a time, beside the others, so that a long one delays nobody else.
    """
    reader = services().read()
    seqs = cast(dict[kept.Key, tuple[int, float]], current_app.extensions["backchannel whole pages' seqs"])
    name = (reader.epoch(), event.uid, channel)
    seq, at = seqs.get(name, (-1, 0.0))
    if time.monotonic() - at > WHOLE_MAX_AGE_S or not reader.only_new(event.slug, seq):
        seq = reader.channel_head(event.slug, channel)
        seqs[name] = (seq, time.monotonic())
    pages = cast(kept.KeptPages, current_app.extensions["backchannel whole pages"])
    return kept_page(event, viewer, (*key, seq), render, pages)


def impersonal(viewer: Pass | None) -> Pass | None:
    """Return the pass that the viewer's role shares, for a page that shows nothing personal."""
    return viewer and replace(viewer, key="", name="")


def _kind_of(viewer: Pass | None) -> tuple[str, ...]:
    """Return what all viewers who see the same page have in common."""
    return (viewer.role, viewer.session or "", viewer.author_key) if viewer else ()


def grid_of(event: Event, seq: int) -> Grid:
    """Return the event's grid with everything up to `seq`; what came later may be missing for a few seconds."""
    grids = cast(Grids, current_app.extensions["backchannel grids"])
    exact = event.head if services().read().anonymous_sessions(event.slug) else seq
    return grids.current(services().read(), event, services().desk.clock(), exact)


def register(app: Flask) -> None:
    app.extensions |= {
        "backchannel kept pages": kept.KeptPages(),
        "backchannel whole pages": kept.KeptPages(MAX_WAITING_FOR_WHOLE),
        "backchannel whole pages' seqs": {},
        "backchannel grids": Grids(),
    }
