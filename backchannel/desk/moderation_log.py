"""The log of moderation: who did what when, and undoing each of it; and the settings, whose changes it keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace

from backchannel.desk import access
from backchannel.desk.blocks import Find, add_block, find_caught, lift_block
from backchannel.desk.desk import Desk
from backchannel.desk.moderation import UNDONE, last_decision, undo_change
from backchannel.domain.errors import Clash, Invalid, UnknownFeed
from backchannel.domain.ids import uuid7
from backchannel.domain.model import FeedHold, Policy
from backchannel.domain.wire import Op
from backchannel.passes import Pass
from backchannel.store.base import Reader, Writer
from backchannel.store.moderation import LogLine

CHANGED_SINCE = "This was changed again meanwhile, so it can't be undone here. Look at the newer lines."
HOLD_WORDS = {
    "": "as for the whole event", "none": "no posts wait for approval", "strangers": "posts of strangers wait for approval",
    "all": "all posts wait for approval",
}  # fmt: skip


def change_policy(desk: Desk, actor: Pass, policy: Policy) -> None:
    """Change the event's moderation settings. Posts that are there already stay as they are."""

    def job(writer: Writer) -> None:
        _require_organiser(writer, actor)
        event = writer.event(actor.event)
        if event.policy == policy:
            return
        writer.save_event(replace(event, policy=policy))
        _log(desk, writer, actor, "settings", _difference(event.policy, policy), json.dumps(asdict(event.policy)))

    desk.write(actor.event, job)


def change_feed_hold(desk: Desk, actor: Pass, id: str, hold: FeedHold) -> None:
    """Change how one feed's posts are held."""

    def job(writer: Writer) -> None:
        _require_organiser(writer, actor)
        feed = writer.feed(actor.event, id)
        if feed is None:
            raise UnknownFeed(id, actor.event)
        if feed.hold == hold:
            return
        writer.save_feed(replace(feed, hold=hold))
        said = f"changed the feed {feed.title or feed.url}: {HOLD_WORDS[hold]}"
        _log(desk, writer, actor, "feed", said, json.dumps({"feed": id, "hold": feed.hold}))

    desk.write(actor.event, job)


def undo_line(desk: Desk, actor: Pass, seq: int, find: Find = find_caught) -> None:
    """Undo one line of the log. Raises `Clash` if the same was changed again since."""
    reader = desk.read()
    access.authenticate(reader, actor, actor.event)
    access.require_organiser(actor)
    line = next(iter(reader.moderation_log(actor.event, seq + 1, 1)), None)
    if line is None or line.seq != seq:
        raise Invalid("There is no such line in the log.", field="seq")
    if line.do == "unblock":
        _block_again(desk, actor, line.before, find)
    else:
        _UNDO["item" if line.id else line.do](desk, actor, line)


def _undo_item(desk: Desk, actor: Pass, line: LogLine) -> None:
    def job(writer: Writer) -> None:
        _require_latest(writer, actor, line)
        op = Op(op=uuid7(), id=line.id, do="undo")
        writer.settle_reports(actor.event, line.id)
        undo_change(writer, actor, op, desk.clock())

    desk.write(actor.event, job)


def _require_latest(reader: Reader, actor: Pass, line: LogLine) -> None:
    """Raise `Clash` unless the line is the item's latest decision."""
    history = reader.history(actor.event, line.id)
    at = last_decision(history, (*UNDONE, "block", "unblock", "retract"))
    if at is None or history[at].seq != line.seq:
        raise Clash(CHANGED_SINCE, field="seq")


def _undo_settings(desk: Desk, actor: Pass, line: LogLine) -> None:
    _require_last_of_kind(desk.read(), actor, line)
    change_policy(desk, actor, Policy(**json.loads(line.before)))


def _undo_feed(desk: Desk, actor: Pass, line: LogLine) -> None:
    before = json.loads(line.before)
    _require_last_of_kind(desk.read(), actor, line)
    change_feed_hold(desk, actor, before["feed"], before["hold"])


def _require_last_of_kind(reader: Reader, actor: Pass, line: LogLine) -> None:
    """Raise `Clash` if a later line changed the same settings."""
    for later in reader.moderation_log(actor.event, None, 1000):
        if later.seq <= line.seq:
            return
        same = later.do == line.do and (line.do == "settings" or _feed(later) == _feed(line))
        if same:
            raise Clash(CHANGED_SINCE, field="seq")


def _feed(line: LogLine) -> str:
    return str(json.loads(line.before)["feed"])


def _undo_block(desk: Desk, actor: Pass, line: LogLine) -> None:
    lift_block(desk, actor, line.before)


def _block_again(desk: Desk, actor: Pass, id: str, find: Find) -> None:
    block = desk.read().block(actor.event, id)
    if block is not None:
        add_block(desk, actor, replace(block, lifted=False), find)


_UNDO: dict[str, Callable[[Desk, Pass, LogLine], None]] = {
    "item": _undo_item, "settings": _undo_settings, "feed": _undo_feed, "block": _undo_block,
}  # fmt: skip


def _require_organiser(writer: Writer, actor: Pass) -> None:
    access.authenticate(writer, actor, actor.event)
    access.require_organiser(actor)


def _log(desk: Desk, writer: Writer, actor: Pass, do: str, said: str, before: str) -> None:
    line = LogLine(seq=0, do=do, author=actor.author, at=desk.clock(), said=said, before=before)
    writer.log_moderation(actor.event, line)


def _difference(before: Policy, now: Policy) -> str:
    """Return what changed between two settings, in words."""
    parts = []
    if now.hold != before.hold:
        parts.append(HOLD_WORDS[now.hold])
    if now.trusted_after != before.trusted_after:
        parts.append(f"authors are trusted after {now.trusted_after} visible posts")
    if now.reports_to_hold != before.reports_to_hold:
        parts.append(f"{now.reports_to_hold} reports hold a line" if now.reports_to_hold else "reports hold nothing")
    if now.slow_s != before.slow_s:
        parts.append(f"slow mode: {now.slow_s} s between notes" if now.slow_s else "slow mode is off")
    return f"changed the settings: {'; '.join(parts)}"
