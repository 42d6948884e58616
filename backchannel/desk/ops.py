"""Ops: the one entrance for every change by a person, over the socket and plain HTTP alike.

    [raw op, ...]  ->  [{"op", "ok": true, "id", "seq", "rev"} | {"op", "error": {"code", "message", "permanent"}}, ...]

Repeating an op returns its first answer, so a phone may retry as often as it likes. A bad op never blocks its
neighbours. An answer without an error means that the change is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from backchannel.desk import access, moderation, notes
from backchannel.desk.desk import Desk
from backchannel.domain.errors import BackchannelError, Conflict, OpReused, SlowDown
from backchannel.domain.model import Item
from backchannel.domain.wire import Do, Op, read_batch, read_op
from backchannel.passes import Pass
from backchannel.store.base import Repeatable, StoredAnswer, Writer

Answer = dict[str, Any]
Act = Callable[[Writer, Pass, Op, datetime], Item]

ACTS: Mapping[Do, Act] = {
    "put": notes.put_note,
    "retract": notes.retract_note,
    "react": notes.react_to,
    "move": moderation.move_item,
    "hide": moderation.hide_item,
    "show": moderation.show_item,
    "undo": moderation.undo_change,
    "seat": moderation.seat_author,
}


def take_ops(desk: Desk, actor: Pass, event: str, batch: object) -> list[Answer]:
    """Answer a batch, op by op. Raises `Invalid`, `BadPass` or `Busy` only if the batch as a whole is unusable."""
    raw_ops, sent_at = read_batch(batch)
    access.authenticate(desk.read(), actor, event)
    desk.require_space()
    ops = [_read(raw, sent_at) for raw in raw_ops]
    now = desk.clock()

    def job(writer: Writer) -> list[Answer]:
        return [op if isinstance(op, dict) else _answer(writer, actor, op, now) for op in ops]

    return desk.write(event, Repeatable(job))


def _read(raw: object, sent_at: datetime | None) -> Op | Answer:
    try:
        op = read_op(raw, sent_at)
        if op.do == "put":
            notes.wording(op.text)  # here and not in the transaction, for which others wait
        return op
    except BackchannelError as fault:
        id = raw.get("op") if isinstance(raw, Mapping) else None
        return refusal(id if isinstance(id, str) else None, fault)


def _answer(writer: Writer, actor: Pass, op: Op, now: datetime) -> Answer:
    try:
        taken = writer.stored_answer(actor.event, actor.author_key, op.op)
        if taken is None:
            return writer.attempt(lambda: _take(writer, actor, op, now))
        if taken.fingerprint != op.fingerprint():
            raise OpReused(op.op)
        return dict(taken.answer)
    except BackchannelError as fault:
        return refusal(op.op, fault)


def _take(writer: Writer, actor: Pass, op: Op, now: datetime) -> Answer:
    try:
        item = ACTS[op.do](writer, actor, op, now)
        answer: Answer = {"op": op.op, "ok": True, "id": item.id, "seq": item.seq, "rev": item.rev}
    except Conflict as conflict:  # answered but not undone: the new text is kept beside the current one
        answer = refusal(op.op, conflict)
        answer["error"] |= {"rev": conflict.rev, "text": conflict.text}
    writer.save_answer(actor.event, actor.author_key, op.op, StoredAnswer(fingerprint=op.fingerprint(), answer=answer))
    return answer


def refusal(op: str | None, fault: BackchannelError) -> Answer:
    """Return the answer for an op that failed."""
    error = {"code": fault.code, "message": fault.message, "permanent": fault.permanent}
    if fault.field:
        error["field"] = fault.field
    if isinstance(fault, SlowDown):
        error["retry_after"] = fault.retry_after
    return {"op": op, "error": error}
