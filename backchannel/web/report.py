"""Reporting an item to the organisers. Everybody who can read an item can report it; nothing of it is public."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.reports import REASONS, read_report, report_item
from backchannel.domain.errors import BackchannelError, Invalid, UnknownItem
from backchannel.domain.model import Event, Item
from backchannel.domain.wire_json import item_on_wire
from backchannel.passes import Pass
from backchannel.web.guard import limits, services, visible
from backchannel.web.pages import still

report = Blueprint("report", __name__)


@report.get("/e/<event>/i/<item>/report")
def form(event: str, item: str) -> str:
    """Show the form."""
    found, viewer = visible(event)
    return _page(found, viewer, _visible_item(event, item))


@report.post("/e/<event>/i/<item>/report")
def sent(event: str, item: str) -> ResponseReturnValue:
    """Save the report, or show the form again with the reason and what was typed."""
    found, viewer = visible(event)
    shown = _visible_item(event, item)
    reporter = _reporter(found, viewer)
    try:
        limits().reports(reporter)
        report_item(services().desk, event, read_report(shown.id, reporter, request.form, services().desk.clock()))
    except UnknownItem:
        raise
    except (Invalid, BackchannelError) as fault:
        return _page(found, viewer, shown, refused=fault), fault.status
    return redirect(url_for("report.thanks", event=event), code=303)


@report.get("/e/<event>/reported")
def thanks(event: str) -> str:
    """Say that the report has arrived. The page names no item, because the item may be held by now."""
    found, viewer = visible(event)
    return render_template("reported.html", **still(found, viewer))


def _visible_item(event: str, id: str) -> Item:
    item = services().read().item(event, id)
    if item.state != "visible":
        raise UnknownItem(id)
    return item


def _reporter(event: Event, viewer: Pass | None) -> str:
    """Return what tells people apart: their personal pass, or else their address, which is not kept."""
    if viewer is not None and viewer.personal:
        return viewer.author_key
    return services().passes.sign_visitor(event.uid, request.remote_addr or "")


def _page(event: Event, viewer: Pass | None, item: Item, refused: BackchannelError | None = None) -> str:
    return render_template(
        "report.html", **still(event, viewer), item=item_on_wire(item), reasons=REASONS, typed=request.form,
        refused=refused,
    )  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(report)
