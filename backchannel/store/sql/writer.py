"""The changes a job can make."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, cast

from backchannel.domain import errors
from backchannel.domain.blocks import Block
from backchannel.domain.joining import Holder
from backchannel.domain.model import Edition, Event, Feed, Gap, Item, Session
from backchannel.domain.times import write_when
from backchannel.store.base import Source, StoredAnswer
from backchannel.store.sql import counters, rows, tables
from backchannel.store.sql.connection import Connection
from backchannel.store.sql.joining import JoiningChanges
from backchannel.store.sql.moderation import ModerationChanges
from backchannel.store.sql.programme import insert
from backchannel.store.sql.reader import SqlReader, _generation_key

T = TypeVar("T")

REVISION = "INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CHANGE = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CHANNEL_ITEM = """INSERT INTO channel_item VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event, id, channel) DO UPDATE SET seq = excluded.seq, gone = excluded.gone"""


class NeedsSavepoints(Exception):
    """Raised when a step fails after it has written something, and there is no savepoint to return to."""


class SqlWriter(ModerationChanges, JoiningChanges, SqlReader):
    """Writes over the writing connection. The caller begins and commits the transaction.

    Without `savepoints`, a step that fails after it has written something raises `NeedsSavepoints`. A savepoint costs a
    copy of every page that is changed after it, which is more than the change itself.
    """

    def __init__(self, connection: Connection, *, savepoints: bool) -> None:
        super().__init__(connection)
        self._savepoints = savepoints
        self._known: dict[Hashable, Any] = {}  # answers that every op asks for, until this commit changes them

    def attempt(self, step: Callable[[], T]) -> T:
        return self._attempt_with_savepoint(step) if self._savepoints else self._attempt_once(step)

    def _attempt_once(self, step: Callable[[], T]) -> T:
        before = self._connection.total_changes
        try:
            return step()
        except Exception as fault:
            if self._connection.total_changes != before:
                raise NeedsSavepoints from fault
            raise

    def _attempt_with_savepoint(self, step: Callable[[], T]) -> T:
        self._run("SAVEPOINT attempt")
        try:
            done = step()
        except BaseException:
            if self._connection.in_transaction:
                self._known.clear()
                self._run("ROLLBACK TO attempt")
                self._run("RELEASE attempt")
            raise
        self._run("RELEASE attempt")
        return done

    # --- what every op asks for

    def _remember(self, key: Hashable, ask: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = ask()
        return cast(T, self._known[key])

    def event(self, slug: str) -> Event:
        event = self._remember(("event", slug), lambda: super(SqlWriter, self).event(slug))
        head = self._known.get(("head", slug), event.head)
        return event if head == event.head else replace(event, head=head)

    def generation(self, slug: str, role: str, session: str | None = None) -> int:
        key = ("generation", slug, role, session)
        return self._remember(key, lambda: super(SqlWriter, self).generation(slug, role, session))

    def item(self, event: str, id: str) -> Item:
        try:
            return super().item(event, id)
        except errors.UnknownItem:
            self._known["missing", event, id] = True
            raise

    def session(self, event: str, ref: str) -> Session:
        return self._remember(("session", event, ref), lambda: super(SqlWriter, self).session(event, ref))

    def blocks(self, event: str) -> tuple[Block, ...]:
        return self._remember(("blocks", event), lambda: super(SqlWriter, self).blocks(event))

    def save_block(self, event: str, block: Block) -> None:
        super().save_block(event, block)
        self._known.clear()

    def revoked_keys(self, event: str) -> frozenset[str]:
        return self._remember(("revoked", event), lambda: super(SqlWriter, self).revoked_keys(event))

    def save_holder(self, holder: Holder) -> None:
        super().save_holder(holder)
        self._known.pop(("revoked", holder.event), None)

    def _raise_version(self, event: str) -> None:
        super()._raise_version(event)
        self._known.clear()

    def _raise(self, event: str, counter: str) -> int:
        self._known.clear()
        return super()._raise(event, counter)

    # --- events

    def save_event(self, event: Event) -> None:
        row = self._one("SELECT uid FROM event WHERE slug = ?", event.slug)
        if row is not None and row["uid"] != event.uid:
            raise errors.AlreadyExists(
                f"There is already an event “{event.slug}” on this server. Choose another short name.", field="slug"
            )
        self._upsert("event", rows.event_row(event), ("slug",))
        self._raise_version(event.slug)

    def remove_event(self, slug: str) -> None:
        self.event(slug)
        for table in tables.TABLES:
            self._run(f"DELETE FROM {table} WHERE event = ?", slug)
        self._run("DELETE FROM event WHERE slug = ?", slug)
        self._known.clear()

    def increment_generation(self, slug: str, role: str, session: str | None = None) -> int:
        generation = self.generation(slug, role, session) + 1
        row = self._one("SELECT generations FROM event WHERE slug = ?", slug)
        assert row is not None, "generation() raises for an unknown event"
        generations = {**json.loads(row["generations"]), _generation_key(role, session): generation}
        self._run("UPDATE event SET generations = ? WHERE slug = ?", rows.dumps(generations), slug)
        self._known.clear()
        return generation

    # --- items

    def _next_seq(self, event: str, count: int = 1) -> int:
        """Take so many seqs and return the last one."""
        head = self._remember(("head", event), lambda: self._head(event)) + count
        self._run("UPDATE event SET head = ? WHERE slug = ?", head, event)
        self._known["head", event] = head
        return head

    def _head(self, event: str) -> int:
        found = self._connection.tuples("SELECT head FROM event WHERE slug = ?", (event,))
        if not found:
            raise errors.UnknownEvent(event)
        return int(found[0][0])

    def save_item(
        self, item: Item, channels: Sequence[str], *, do: str, by: str, at: datetime, new_text: bool
    ) -> Item:
        rev = self._next_rev(item) if new_text else item.rev
        item, is_new = replace(item, seq=self._next_seq(item.event), rev=rev), new_text and rev == 1
        before = None if is_new else counters.stored(self._connection, item.event, item.id)
        if new_text:
            self._save_revision(item, by=by, at=at)
        self._save_row(item, is_new)
        self._publish(item, channels, is_new)
        self._save_change(item, do=do, by=by, at=at)
        kind = item.kind if new_text or before is None else before.kind
        counters.replace(self._connection, before, counters.counted(item, kind))
        return item

    def save_new_items(self, new: Sequence[tuple[Item, Sequence[str]]], *, do: str, by: str, at: datetime) -> None:
        if not new:
            return
        last = self._next_seq(new[0][0].event, len(new))
        items = [replace(item, seq=seq, rev=1) for seq, (item, _) in enumerate(new, last + 1 - len(new))]
        self._connection.run_many(REVISION, [rows.revision_row(item, by, at) for item in items])
        added = [rows.item_row(item) for item in items]
        self._connection.run_many(insert("item", tuple(added[0])), [tuple(row.values()) for row in added])
        placed = zip(items, (channels for _, channels in new), strict=True)
        places = [(item.event, item.id, channel, item.seq, 0) for item, channels in placed for channel in channels]
        self._connection.run_many(CHANNEL_ITEM, places)
        self._connection.run_many(CHANGE, [rows.change_row(item, do, by, at) for item in items])
        counters.add(self._connection, [counters.counted(item, item.kind) for item in items])

    def save_report_change(self, item: Item, channels: Sequence[str], *, by: str, at: datetime) -> int:
        item = replace(item, seq=self._next_seq(item.event))
        self._publish(item, channels, is_new=True)  # the other channels stay as they are
        self._save_change(item, do="report", by=by, at=at)
        return item.seq

    def _save_change(self, item: Item, *, do: str, by: str, at: datetime) -> None:
        self._run(CHANGE, *rows.change_row(item, do, by, at))

    def _next_rev(self, item: Item) -> int:
        if self._known.pop(("missing", item.event, item.id), False):
            return 1
        found = self._connection.tuples(
            "SELECT max(rev) FROM revision WHERE event = ? AND id = ?", (item.event, item.id)
        )
        return 1 + int(found[0][0] or 0)

    def _save_revision(self, item: Item, *, by: str, at: datetime) -> None:
        self._run(REVISION, *rows.revision_row(item, by, at))

    def _save_row(self, item: Item, is_new: bool) -> None:
        row = rows.item_row(item)
        if is_new:
            self._run(insert("item", tuple(row)), *row.values())
        else:
            self._upsert("item", row, ("event", "id"))

    def _publish(self, item: Item, channels: Sequence[str], is_new: bool) -> None:
        gone = () if is_new else self._channels(item).difference(channels)
        places = [(channel, 1) for channel in gone] + [(channel, 0) for channel in channels]
        self._connection.run_many(
            CHANNEL_ITEM,
            [(item.event, item.id, channel, item.seq, is_gone) for channel, is_gone in places],
        )

    def _channels(self, item: Item) -> set[str]:
        """Return the channels that the stored item is present on."""
        found = self._connection.tuples(
            "SELECT channel FROM channel_item WHERE event = ? AND id = ? AND gone = 0", (item.event, item.id)
        )
        return {channel for (channel,) in found}

    def save_conflicting_text(self, item: Item, text: str, *, by: str, at: datetime) -> int:
        offer = replace(item, text=text, html="", rev=self._next_rev(item))
        self._save_revision(offer, by=by, at=at)
        return offer.rev

    def save_answer(self, event: str, author_key: str, op: str, taken: StoredAnswer) -> None:
        self._run(
            "INSERT INTO op VALUES (?, ?, ?, ?, ?)",
            event, author_key, op, taken.fingerprint, rows.dumps(dict(taken.answer)),
        )  # fmt: skip

    def react(self, event: str, id: str, author_key: str, reaction: str, on: bool) -> dict[str, int]:
        key = (event, id, author_key, reaction)
        if on:
            self._run("INSERT INTO reaction VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", *key)
        else:
            self._run(
                "DELETE FROM reaction WHERE event = ? AND id = ? AND author_key = ? AND reaction = ?", *key
            )
        found = self._all(
            "SELECT reaction, count(*) AS n FROM reaction WHERE event = ? AND id = ? GROUP BY 1 ORDER BY 1", event, id
        )
        return {row["reaction"]: row["n"] for row in found}

    def save_edition(self, event: str, session: str, edition: Edition, *, by: str, at: datetime) -> Edition:
        edition = replace(edition, rev=self.edition(event, session).rev + 1)
        self._run(
            "INSERT INTO edition VALUES (?, ?, ?, ?, ?, ?)",
            event, session, edition.rev, rows.edition_body(edition), by, write_when(at),
        )  # fmt: skip
        self._raise_version(event)
        return edition

    # --- feeds

    def save_source(self, event: str, key: str, source: Source, *, if_absent: bool = False) -> None:
        row = {"event": event, "key": key, "id": source.id, "feed": source.feed, "fingerprint": source.fingerprint}
        if if_absent:
            self._run(f"{insert('source', tuple(row))} ON CONFLICT DO NOTHING", *row.values())
        else:
            self._upsert("source", row, ("event", "key"))

    def remove_source(self, event: str, key: str) -> None:
        self._run("DELETE FROM source WHERE event = ? AND key = ?", event, key)

    def save_gap(self, event: str, gap: Gap) -> None:
        row = {"event": event, "feed": gap.feed, "begins": write_when(gap.begins), "ends": write_when(gap.ends)}
        self._upsert("gap", row, ("event", "feed", "begins"))
        self._raise_version(event)

    def save_feed(self, feed: Feed) -> None:
        self._upsert("feed", rows.feed_row(feed), ("event", "id"))

    def remove_feed(self, event: str, id: str) -> None:
        self._run("DELETE FROM feed WHERE event = ? AND id = ?", event, id)
