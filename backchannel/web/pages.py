"""Context shared by all pages: the event, the viewer, and what the scripts need to follow."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from backchannel.domain.channels import EVENT
from backchannel.domain.model import Event, Item
from backchannel.domain.wire_json import item_on_wire
from backchannel.passes import Pass
from backchannel.web.guard import services


def page(event: Event, viewer: Pass | None, channel: str = EVENT) -> dict[str, Any]:
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
        "page": {"live": True, "epoch": reader.epoch(), "seq": seq, "token": token},
    }


def still(event: Event, viewer: Pass | None) -> dict[str, Any]:
    """Return the context of a page without live updates."""
    return page(event, viewer) | {"page": None}


def viewer_context(viewer: Pass | None) -> dict[str, str]:
    """Return the viewer's role and name for templates."""
    return {"role": viewer.role if viewer else "follower", "name": viewer.author if viewer else ""}


def on_wire(items: list[Item], viewer: Pass | None) -> dict[str, Any]:
    """Return the items for templates, and the ids of the viewer's own."""
    own = {item.id for item in items if viewer is not None and item.author_key == viewer.author_key}
    return {"items": [item_on_wire(item) for item in items], "mine": own}
