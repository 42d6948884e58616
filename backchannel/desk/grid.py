"""Edits of the programme on the day. Each is one change with an id, is logged, and can be undone.

    authorise -> read the programme -> apply the edit (domain) -> refuse conflicts -> save -> move items -> log -> nudge
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.desk.placing import following
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import Clash, OpReused, Unknown
from backchannel.domain.grid import Part, Programme, with_implied_parts
from backchannel.domain.grid_changes import Change, cells, differences, keys, parts
from backchannel.domain.grid_edits import Edit, apply
from backchannel.domain.grid_log import ItemsMoved, LoggedEdit, refuse_conflict, without
from backchannel.domain.grid_phrases import phrase
from backchannel.domain.grid_wire import fingerprint
from backchannel.domain.model import Item, State
from backchannel.passes import Pass
from backchannel.store.base import Reader, StoredAnswer, Writer

MOVABLE: tuple[State, ...] = ("visible", "held", "hidden")
ANY: tuple[State, ...] = (*MOVABLE, "withdrawn")


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits. `own` is the author key of one person; None if several people share the pass."""

    by: str
    author: str
    own: str | None = None

    @classmethod
    def of_pass(cls, actor: Pass) -> Editor:
        """Return the holder of a pass."""
        return cls(actor.author_key, actor.author, actor.key or None)


def read_programme(reader: Reader, slug: str) -> Programme:
    """Return the programme with the rooms and slots that its sessions imply."""
    return with_implied_parts(reader.programme(slug))


def edit_grid(desk: Desk, actor: Pass, edit: Edit) -> dict[str, Any]:
    """Carry out an edit and return {"op", "ok", "programme", "said"}. The same edit again gets the first answer again.

    Raises `GridConflict` if it was made on an older programme and somebody else changed the same since.
    """
    desk.require_space()

    def job(writer: Writer) -> dict[str, Any]:
        access.authorise_writing(writer, actor, actor.event)
        access.require_organiser(actor)
        taken = writer.stored_answer(actor.event, actor.author_key, edit.op)
        if taken is not None:
            if taken.fingerprint != fingerprint(edit):
                raise OpReused(edit.op)
            return dict(taken.answer)
        logged = carry_out(desk, writer, actor.event, edit, Editor.of_pass(actor))
        answer = {"op": edit.op, "ok": True, "programme": logged.rev, "said": logged.said}
        writer.save_answer(
            actor.event, actor.author_key, edit.op, StoredAnswer(fingerprint=fingerprint(edit), answer=answer)
        )
        return answer

    return following(desk, actor.event, job)


def carry_out(desk: Desk, writer: Writer, slug: str, edit: Edit, editor: Editor) -> LoggedEdit:
    """Carry out an edit inside a write job and return it as logged. An edit that changes nothing is not logged.

    Run the job with `following`, so that posts follow the edit.
    """
    now, event, stored = desk.clock(), writer.event(slug), writer.programme(slug)
    old = with_implied_parts(stored)
    target = _target(writer, slug, edit)
    new = _edited(writer, slug, edit, target, old, editor, now)
    changes = differences(old, new)
    touched = keys(changes) | cells(new, changes)
    if edit.base is not None:
        refuse_conflict(reversed(writer.grid_edits(slug, edit.base)), touched, editor.own)
    said = f"undid this: {target.said}" if target else phrase(edit, old, new, ZoneInfo(event.timezone))
    logged = LoggedEdit(
        rev=event.programme, op=edit.op, do=edit.do, by=editor.by, author=editor.author, at=now, said=said, changes=changes,
        keys=touched,
    )  # fmt: skip
    if not changes:
        return logged
    _save_implied(writer, slug, stored, old)
    _save_changes(writer, slug, old, new, changes)
    moved = _move_items(writer, slug, edit, target, now)
    _refuse_to_strand_items(writer, slug, old, changes)
    logged = replace(logged, moved=moved)
    if target:
        writer.mark_undone(slug, target.rev)
    rev = writer.log_edit(slug, logged)
    return replace(logged, rev=rev)


def _save_implied(writer: Writer, slug: str, stored: Programme, old: Programme) -> None:
    """Save the rooms and slots that were only implied so far, so that they stay when their last session moves away."""
    implied: list[Part] = [room for guid, room in old.rooms.items() if guid not in stored.rooms]
    implied += [slot for guid, slot in old.slots.items() if guid not in stored.slots]
    for one in implied:
        writer.save_part(slug, one)


def _save_changes(writer: Writer, slug: str, old: Programme, new: Programme, changes: Collection[Change]) -> None:
    for change in changes:
        part = parts(new, change.kind).get(change.guid)
        if part is None:
            writer.remove_part(slug, parts(old, change.kind)[change.guid])
        else:
            writer.save_part(slug, part)
    if any(change.kind == "pitch" for change in changes):
        writer.raise_pitches(slug)


def _target(writer: Writer, slug: str, edit: Edit) -> LoggedEdit | None:
    """Return the edit to undo, if this is an undo."""
    if edit.do != "undo":
        return None
    target = writer.grid_edit(slug, edit.edit)
    if target is None:
        raise Unknown("There is no such edit to undo.", field="edit")
    return target


def _edited(
    writer: Writer, slug: str, edit: Edit, target: LoggedEdit | None, old: Programme, editor: Editor, now: datetime
) -> Programme:
    if target is not None:
        return without(old, target, writer.grid_edits(slug, target.rev))
    try:
        return apply(old, edit, now)
    except (Unknown, Clash):
        if edit.base is not None:  # the one who removed it is a better answer than that it is gone
            refuse_conflict(reversed(writer.grid_edits(slug, edit.base)), _named(edit), editor.own)
        raise


def _named(edit: Edit) -> frozenset[str]:
    """Return the keys of the parts that an edit names."""
    return frozenset(
        {f"room/{edit.room}", f"slot/{edit.slot}", f"session/{edit.session}", f"session/{edit.other}", f"pitch/{edit.session}"}
    )


def _move_items(writer: Writer, slug: str, edit: Edit, target: LoggedEdit | None, now: datetime) -> ItemsMoved | None:
    """Move the items that go along with a merge or a split, or back with its undo."""
    if target and target.moved:
        back = ItemsMoved(ids=target.moved.ids, source=target.moved.target, target=target.moved.source)
        wanted = set(back.ids)
        return _moved(writer, back, [i for i in _items(writer, slug, back.source) if i.id in wanted], now)
    if edit.do == "merge":
        merged = ItemsMoved(ids=(), source=edit.session, target=edit.other)
        return _moved(writer, merged, _items(writer, slug, edit.session), now)
    if edit.do == "split" and edit.since:
        split = ItemsMoved(ids=(), source=edit.session, target=edit.other)
        later = [i for i in _items(writer, slug, edit.session) if isinstance(i.at, datetime) and i.at >= edit.since]
        return _moved(writer, split, later, now)
    return None


def _moved(writer: Writer, moved: ItemsMoved, items: list[Item], now: datetime) -> ItemsMoved:
    for item in items:
        here = replace(item, session=moved.target)
        writer.save_item(here, channels_of(here), do="move", by="grid", at=now, new_text=False)
    return replace(moved, ids=tuple(item.id for item in items))


def _items(writer: Writer, slug: str, guid: str) -> list[Item]:
    return writer.items(slug, session=guid, states=MOVABLE)


def _refuse_to_strand_items(writer: Writer, slug: str, old: Programme, changes: Iterable[Change]) -> None:
    for change in changes:
        if change.kind == "session" and change.after is None and writer.items(slug, session=change.guid, states=ANY):
            title = old.sessions[change.guid].title
            raise Clash(f"“{title}” has notes or posts by now, so it can't be removed. Cancel it instead.", field="edit")
