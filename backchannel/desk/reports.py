"""Reports: anybody who can read an item can tell the organisers what is wrong with it. Nothing of it is public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from backchannel.desk.desk import Desk
from backchannel.domain.channels import STAFF, channels_of
from backchannel.domain.errors import Invalid, UnknownItem
from backchannel.domain.wire import one_line
from backchannel.store.base import Writer
from backchannel.store.moderation import Report

REASONS: Mapping[str, str] = {
    "abuse": "It insults or threatens somebody",
    "private": "It names somebody who should not be named",
    "spam": "It is spam",
    "wrong": "It is wrong or misquotes somebody",
    "other": "Something else",
}
MAX_WORDS = 300  # characters of the explanation


def read_report(id: str, reporter: str, raw: Mapping[str, str], now: datetime) -> Report:
    """Return a report as typed in a form. Raises `Invalid` with the field."""
    reason, words = raw.get("reason", ""), one_line(raw.get("words", ""))
    if reason not in REASONS:
        raise Invalid("Choose what is wrong with this line.", field="reason")
    if len(words) > MAX_WORDS:
        raise Invalid(f"The explanation has {len(words)} characters. Shorten it to {MAX_WORDS}.", field="words")
    return Report(id=id, reporter=reporter, reason=reason, words=words, at=now)


def report_item(desk: Desk, event: str, report: Report) -> None:
    """Save a report of a visible item, and hold the item if enough different people reported it.

    Only the organisers' channel changes, unless the item is held. Reporting again changes nothing.
    """
    desk.require_space()
    desk.write(event, lambda writer: _take(writer, event, report))


def _take(writer: Writer, event: str, report: Report) -> None:
    item = writer.item(event, report.id)
    if item.state != "visible":
        raise UnknownItem(report.id)
    if not writer.save_report(event, report):
        return
    least = writer.event(event).policy.reports_to_hold
    if least and writer.reporters(event, item.id) >= least:
        held = replace(item, state="held")
        writer.save_item(held, channels_of(held), do="report", by="reports", at=report.at, new_text=False)
    else:
        writer.save_report_change(item, (STAFF,), by="reports", at=report.at)
