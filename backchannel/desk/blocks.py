"""Blocks: preview what one would catch, put it in force, lift it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.domain.blocks import Block
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import AlreadyExists, Unknown
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Item, State
from backchannel.domain.moderation import Verdict, decide
from backchannel.passes import Pass
from backchannel.store.base import Reader, Writer
from backchannel.store.moderation import LogLine

PAGE_ITEMS = 500  # items read at a time
ITEMS_PER_JOB = 100  # items hidden or shown in one job, so that notes get their turn between two of them

Find = Callable[[Desk, Pass, Block], list[str]]


def find_caught(desk: Desk, actor: Pass, block: Block) -> list[str]:
    """Look for the items in the calling thread."""
    return caught_items(desk.read(), actor, block)


def caught_items(reader: Reader, actor: Pass, block: Block) -> list[str]:
    """Return the ids of the items that the block would withhold now, newest first. Reads the whole event."""
    access.authenticate(reader, actor, actor.event)
    access.require_organiser(actor)
    caught = sorted(_caught(reader, actor.event, block), key=lambda item: -item.seq)
    return [item.id for item in caught]


def add_block(desk: Desk, actor: Pass, block: Block, find: Find = find_caught) -> int:
    """Put a block in force, for items so far and to come. Returns the number of items that it withheld.

    A server passes `find`, which looks for the items outside the event loop.
    """
    block = replace(block, id=uuid7(), author=actor.author, at=desk.clock())

    def job(writer: Writer) -> None:
        access.authenticate(writer, actor, actor.event)
        access.require_organiser(actor)
        if any((known.kind, known.value) == (block.kind, block.value) for known in writer.blocks(actor.event)):
            raise AlreadyExists(f"“{block.typed}” is blocked already.", field="value")
        writer.save_block(actor.event, block)
        _log(writer, actor, block, "block", f"blocked the {block.kind} “{block.typed}”", desk.clock())

    desk.write(actor.event, job)
    ids = find(desk, actor, block)
    return _in_batches(desk, actor, ids, lambda writer, some: _withhold(writer, actor.event, block, some, desk.clock()))


def lift_block(desk: Desk, actor: Pass, id: str) -> int:
    """Lift a block and restore what it withheld, unless somebody decided otherwise since. Returns their number."""

    def job(writer: Writer) -> Block:
        access.authenticate(writer, actor, actor.event)
        access.require_organiser(actor)
        block = writer.block(actor.event, id)
        if block is None or block.lifted:
            raise Unknown("This block was lifted already.", field="block")
        writer.save_block(actor.event, replace(block, lifted=True))
        _log(writer, actor, block, "unblock", f"lifted the block of “{block.typed}”", desk.clock())
        return block

    block = desk.write(actor.event, job)
    ids = desk.read().blocked_items(actor.event, id)
    return _in_batches(desk, actor, ids, lambda writer, some: _restore(writer, actor, block, some, desk.clock()))


def save_moderated(writer: Writer, item: Item, verdict: Verdict, *, by: str, now: datetime) -> Item:
    """Save an item's new text in the state of the verdict. What a block withholds is never published.

    A block is logged as a second change, so that lifting it finds the item (see `_state_without`).
    """
    item = replace(item, state=verdict.state if verdict.own == "visible" else verdict.own)
    saved = writer.save_item(item, channels_of(item), do="put", by=by, at=now, new_text=True)
    return saved if verdict.block is None else _block_item(writer, saved, verdict.block, now)


def _caught(reader: Reader, event: str, block: Block) -> Iterator[Item]:
    last = ""
    while page := reader.items_after(event, last, PAGE_ITEMS):
        last = page[-1].id
        yield from (item for item in page if _applies(block, item))


def _applies(block: Block, item: Item) -> bool:
    """Return whether the block withholds an item that is there: a visible one, or one that waits for approval."""
    return item.state in ("visible", "held") and item.state != block.effect and block.matches(item)


def _withhold(writer: Writer, event: str, block: Block, ids: Sequence[str], now: datetime) -> int:
    caught = [item for item in writer.items_by_id(event, ids).values() if _applies(block, item)]
    for item in caught:
        _block_item(writer, item, block, now)
    return len(caught)


def _block_item(writer: Writer, item: Item, block: Block, now: datetime) -> Item:
    item = replace(item, state=block.effect)
    return writer.save_item(item, channels_of(item), do="block", by=f"block:{block.id}", at=now, new_text=False)


def _restore(writer: Writer, actor: Pass, block: Block, ids: Sequence[str], now: datetime) -> int:
    """Restore the items whose last change was this block, unless another block applies to them."""
    restored, others = 0, writer.blocks(actor.event)
    for item in writer.items_by_id(actor.event, ids).values():
        history = writer.history(actor.event, item.id)
        if history[-1].by != f"block:{block.id}":
            continue
        item = replace(item, state=_state_without(block, history[-2].state))
        other = decide(item, "none", trusted=True, blocks=others).block
        if other is not None:
            _block_item(writer, item, other, now)
            continue
        writer.save_item(item, channels_of(item), do="unblock", by=actor.author_key, at=now, new_text=False)
        restored += 1
    return restored


def _state_without(block: Block, before: State) -> State:
    """Return the state of an item without the block, given its state before the last change.

    If that is the block's own effect, the text arrived during the block and would have been visible.
    """
    return "visible" if before == block.effect else before


def _log(writer: Writer, actor: Pass, block: Block, do: str, said: str, now: datetime) -> None:
    line = LogLine(seq=0, do=do, author=actor.author, at=now, said=said, before=block.id)
    writer.log_moderation(actor.event, line)


def _in_batches(desk: Desk, actor: Pass, ids: Sequence[str], job: Callable[[Writer, Sequence[str]], int]) -> int:
    """Run a job for some of the ids at a time. Returns the sum of its results."""
    total = 0
    for at in range(0, len(ids), ITEMS_PER_JOB):
        some = ids[at : at + ITEMS_PER_JOB]
        total += desk.write(actor.event, lambda writer, some=some: job(writer, some))  # type: ignore[misc]
    return total
