"""The pages for moderation rules: blocks with a preview, and the settings of the event and its feeds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import gevent
from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.blocks import add_block, find_caught, lift_block
from backchannel.desk.desk import Desk
from backchannel.desk.moderation_log import change_feed_hold, change_policy
from backchannel.domain.blocks import Block, read_block
from backchannel.domain.channels import STAFF
from backchannel.domain.errors import BackchannelError, BadPass
from backchannel.domain.model import Event
from backchannel.domain.moderation import read_feed_hold, read_policy
from backchannel.domain.wire_json import item_on_wire
from backchannel.passes import Pass
from backchannel.web.guard import limits, services
from backchannel.web.organise import organising
from backchannel.web.pages import page

rules = Blueprint("rules", __name__)

MAX_SHOWN = 20  # matches shown in a preview


@rules.get("/e/<event>/moderate/blocks")
def blocks(event: str) -> str:
    """Show the blocks in force, and the form for a new one."""
    found, viewer = organising(event)
    return _blocks(found, viewer, {})


@rules.post("/e/<event>/moderate/blocks")
def blocked(event: str) -> ResponseReturnValue:
    """Preview a block, or put it in force."""
    found, viewer = organising(event)
    limits().ops(viewer, 1)
    typed = request.form.to_dict()
    try:
        block = read_block(typed.get("kind", ""), typed.get("value", ""), typed.get("effect") or "hidden")
        if typed.get("do") != "block":
            return _blocks(found, viewer, typed, caught=find_outside(services().desk, viewer, block))
        count = add_block(services().desk, viewer, block, find_outside)
    except BadPass:
        raise
    except BackchannelError as fault:
        return _blocks(found, viewer, typed, refused=fault), fault.status
    return redirect(url_for("rules.blocks", event=event, caught=count), code=303)


@rules.post("/e/<event>/moderate/blocks/lift")
def lifted(event: str) -> ResponseReturnValue:
    """Lift a block and restore what it withheld."""
    found, viewer = organising(event)
    limits().ops(viewer, 1)
    try:
        lift_block(services().desk, viewer, request.form.get("block", ""))
    except BadPass:
        raise
    except BackchannelError as fault:
        return _blocks(found, viewer, {}, refused=fault), fault.status
    return redirect(url_for("rules.blocks", event=event), code=303)


def find_outside(desk: Desk, actor: Pass, block: Block) -> list[str]:
    """Look for the items that a block catches in a native thread, so that the event loop goes on."""
    found: list[str] = gevent.get_hub().threadpool.apply(find_caught, (desk, actor, block))
    return found


def _blocks(
    event: Event, viewer: Pass, typed: dict[str, str], *, caught: list[str] | None = None,
    refused: BackchannelError | None = None,
) -> str:  # fmt: skip
    context = page(event, viewer, STAFF)
    reader = services().read()
    found = reader.items_by_id(event.slug, (caught or [])[:MAX_SHOWN])
    counts = {block.id: len(reader.blocked_items(event.slug, block.id)) for block in reader.blocks(event.slug)}
    return render_template(
        "moderation_blocks.html", **context, blocks=reader.blocks(event.slug), counts=counts, typed=typed,
        refused=refused, caught=caught, examples=[item_on_wire(found[id]) for id in caught or [] if id in found],
    )  # fmt: skip


@rules.get("/e/<event>/moderate/settings")
def settings(event: str) -> str:
    """Show the moderation settings."""
    found, viewer = organising(event)
    return _settings(found, viewer)


@rules.post("/e/<event>/moderate/settings")
def changed(event: str) -> ResponseReturnValue:
    """Save the event's settings."""
    found, viewer = organising(event)
    limits().ops(viewer, 1)
    typed = request.form.to_dict()
    try:
        change_policy(services().desk, viewer, read_policy(typed))
    except BadPass:
        raise
    except BackchannelError as fault:
        return _settings(found, viewer, typed, fault), fault.status
    return redirect(url_for("rules.settings", event=event, saved="yes"), code=303)


@rules.post("/e/<event>/moderate/settings/feeds")
def feed_changed(event: str) -> ResponseReturnValue:
    """Save one feed's setting."""
    found, viewer = organising(event)
    limits().ops(viewer, 1)
    typed = request.form.to_dict()
    try:
        change_feed_hold(services().desk, viewer, typed.get("feed", ""), read_feed_hold(typed.get("hold", "?")))
    except BadPass:
        raise
    except BackchannelError as fault:
        return _settings(found, viewer, {}, fault), fault.status
    return redirect(url_for("rules.settings", event=event, saved="yes"), code=303)


def _settings(
    event: Event, viewer: Pass, typed: dict[str, str] | None = None, refused: BackchannelError | None = None
) -> str:  # fmt: skip
    context = page(event, viewer, STAFF)
    reader = services().read()
    values: dict[str, Any] = typed or asdict(reader.event(event.slug).policy)
    return render_template(
        "moderation_settings.html", **context, values=values, feeds=reader.feeds(event.slug), refused=refused,
        saved=request.args.get("saved") == "yes",
    )  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(rules)
