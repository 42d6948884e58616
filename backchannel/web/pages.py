"""What every page is given: the event, who looks, and what its scripts need to follow on from it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from backchannel.domain.channels import EVENT
from backchannel.domain.model import Event, Item
from backchannel.domain.shapes import item_on_wire
from backchannel.passes import Pass
from backchannel.web.guard import services


def page(event: Event, shown: Pass | None, channel: str = EVENT) -> dict[str, Any]:
    """The context of a live page. To be made BEFORE its items are read: what comes between is then sent again."""
    g.timezone = event.timezone
    reader = services().read()
    seq = reader.channel_head(event.slug, channel)
    token = services().passes.sign_page(event.slug, shown.author_key if shown else "")
    return {
        "event": event,
        "viewer": viewer(shown),
        "now": services().desk.clock().astimezone(ZoneInfo(event.timezone)),
        "channel": channel,
        "page": {"live": True, "epoch": reader.epoch(), "seq": seq, "token": token},
    }


def still(event: Event, shown: Pass | None) -> dict[str, Any]:
    """The context of a page that nothing moves on."""
    return page(event, shown) | {"page": None}


def viewer(shown: Pass | None) -> dict[str, str]:
    return {"role": shown.role if shown else "follower", "name": shown.author if shown else ""}


def on_wire(items: list[Item], shown: Pass | None) -> dict[str, Any]:
    """Items as templates take them, and the ids of those that are the viewer's own."""
    own = {item.id for item in items if shown is not None and item.author_key == shown.author_key}
    return {"items": [item_on_wire(item) for item in items], "mine": own}
