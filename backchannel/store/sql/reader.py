"""The queries of the store."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from backchannel.domain.errors import UnknownEvent, UnknownItem
from backchannel.domain.model import Edition, Event, Feed, Gap, Item, Record, State, Tombstone
from backchannel.domain.times import write_when
from backchannel.store.base import Change, Page, Revision, Source, StoredAnswer, Tally
from backchannel.store.sql import counters, rows
from backchannel.store.sql.joining import JoiningQueries
from backchannel.store.sql.moderation import ModerationQueries
from backchannel.store.sql.rows import ITEM, ITEM_FROM, READING_ORDER
from backchannel.store.sql.windows import WindowQueries


class SqlReader(ModerationQueries, JoiningQueries, WindowQueries):
    """Queries over one connection."""

    def snapshot(self) -> AbstractContextManager[None]:
        return self._connection.snapshot()

    def epoch(self) -> str:
        row = self._one("SELECT value FROM meta WHERE key = 'epoch'")
        assert row is not None, "the first migration creates the epoch"
        return str(row["value"])

    # --- events

    def events(self) -> list[Event]:
        return [rows.event(row) for row in self._all("SELECT * FROM event ORDER BY coalesce(starts, '') DESC, slug")]

    def event(self, slug: str) -> Event:
        row = self._one("SELECT * FROM event WHERE slug = ?", slug)
        if row is None:
            raise UnknownEvent(slug)
        return rows.event(row)

    def heads(self) -> dict[str, int]:
        return {row["slug"]: row["head"] for row in self._all("SELECT slug, head FROM event")}

    def permissions(self) -> dict[str, tuple[str, bool, str, str]]:
        found = self._all(
            """SELECT slug, uid, public, generations, (
                SELECT count(*) || ' ' || coalesce(max(revoked_at), '') FROM holder
                WHERE holder.event = event.slug AND revoked_at IS NOT NULL
            ) AS revoked FROM event"""
        )
        return {row["slug"]: (row["uid"], bool(row["public"]), row["generations"], row["revoked"]) for row in found}

    def generation(self, slug: str, role: str, session: str | None = None) -> int:
        row = self._one("SELECT generations FROM event WHERE slug = ?", slug)
        if row is None:
            raise UnknownEvent(slug)
        return int(json.loads(row["generations"]).get(_generation_key(role, session), 0))

    # --- items

    def item(self, event: str, id: str) -> Item:
        row = self._one(f"SELECT {ITEM} FROM {ITEM_FROM} WHERE item.event = ? AND item.id = ?", event, id)
        if row is None:
            raise UnknownItem(id)
        return rows.item(row)

    def items(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> list[Item]:
        where = f"item.event = ? AND item.state {self._connection.IN}"
        parameters = [event, self._connection.array(states)]
        if session is not None:
            where += " AND item.session = ?"
            parameters.append(session)
        found = self._all(f"SELECT {ITEM} FROM {ITEM_FROM} WHERE {where} ORDER BY {READING_ORDER}", *parameters)
        return [rows.item(row) for row in found]

    def hallway(self, event: str, *, limit: int = 100) -> list[Item]:
        found = self._all(
            f"""SELECT {ITEM} FROM {ITEM_FROM} WHERE item.event = ? AND item.session IS NULL
            AND item.state = 'visible' ORDER BY item.at DESC NULLS LAST, item.seq DESC LIMIT ?""",
            event, rows.all_if_negative(limit),
        )  # fmt: skip
        return [rows.item(row) for row in reversed(found)]

    def history(self, event: str, id: str) -> list[Change]:
        found = self._all("SELECT * FROM change WHERE event = ? AND id = ? ORDER BY seq", event, id)
        return [rows.change(row) for row in found]

    def revisions(self, event: str, id: str) -> list[Revision]:
        found = self._all("SELECT rev, text, by, at FROM revision WHERE event = ? AND id = ? ORDER BY rev", event, id)
        return [
            Revision(rev=row["rev"], text=row["text"], by=row["by"], at=datetime.fromisoformat(row["at"]))
            for row in found
        ]

    def feed(self, event: str, id: str) -> Feed | None:
        row = self._one("SELECT * FROM feed WHERE event = ? AND id = ?", event, id)
        return rows.feed(row) if row else None

    def sources(self, event: str, keys: Sequence[str]) -> dict[str, Source]:
        found = self._all(
            f"SELECT key, id, feed, fingerprint FROM source WHERE event = ? AND key {self._connection.IN}",
            event, self._connection.array(keys),
        )  # fmt: skip
        return {row["key"]: rows.source(row) for row in found}

    def sources_since(self, event: str, feed: str, since: datetime) -> dict[str, Source]:
        found = self._all(
            """SELECT source.* FROM source JOIN item ON item.event = source.event AND item.id = source.id
            WHERE source.event = ? AND source.feed = ? AND item.state <> 'withdrawn' AND item.at >= ?""",
            event, feed, write_when(since),
        )  # fmt: skip
        return {row["key"]: rows.source(row) for row in found}

    def editions(self, event: str) -> dict[str, Edition]:
        found = self._all(
            """SELECT session, rev, body FROM edition WHERE event = ? AND NOT EXISTS (
                SELECT 1 FROM edition AS later
                WHERE later.event = edition.event AND later.session = edition.session AND later.rev > edition.rev
            )""",
            event,
        )  # fmt: skip
        return {row["session"]: rows.edition(row) for row in found}

    def edition(self, event: str, session: str) -> Edition:
        row = self._one(
            "SELECT rev, body FROM edition WHERE event = ? AND session = ? ORDER BY rev DESC LIMIT 1", event, session
        )
        return rows.edition(row) if row else Edition()

    def gaps(self, event: str) -> tuple[Gap, ...]:
        found = self._all("SELECT * FROM gap WHERE event = ? ORDER BY begins, feed", event)
        return tuple(rows.gap(row) for row in found)

    def fingerprints(self, event: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        found = self._all(
            f"""SELECT item.id, revision.text, item.state FROM {ITEM_FROM}
            WHERE item.event = ? AND item.id {self._connection.IN}""",
            event, self._connection.array(ids),
        )  # fmt: skip
        return {row["id"]: (row["text"], row["state"]) for row in found}

    # --- changes by channel

    def changes(self, event: str, channel: str, after: int, limit: int) -> Page:
        with self.snapshot():  # items hidden between the two queries would otherwise appear on the page
            return self._changes(event, channel, after, limit)

    def _changes(self, event: str, channel: str, after: int, limit: int) -> Page:
        found = self._all(
            """SELECT id, seq, gone FROM channel_item WHERE event = ? AND channel = ? AND seq > ? ORDER BY seq LIMIT ?""",
            event, channel, after, limit + 1,
        )  # fmt: skip
        more = len(found) > limit
        found = found[:limit]
        present = self.items_by_id(event, [row["id"] for row in found if not row["gone"]])
        items = tuple(
            Tombstone(id=row["id"], seq=row["seq"]) if row["gone"] else _at(present[row["id"]], row["seq"]) for row in found
        )  # fmt: skip
        return Page(items=items, prev=after, seq=found[-1]["seq"] if found else after, more=more)

    def page_extent(self, event: str, channel: str, after: int, limit: int) -> tuple[int, int, bool]:
        found = self._all(
            "SELECT seq FROM channel_item WHERE event = ? AND channel = ? AND seq > ? ORDER BY seq LIMIT ?",
            event, channel, after, limit + 1,
        )  # fmt: skip
        page = found[:limit]
        return (page[-1]["seq"] if page else after, len(page), len(found) > limit)

    def channel_head(self, event: str, channel: str) -> int:
        row = self._one("SELECT max(seq) AS head FROM channel_item WHERE event = ? AND channel = ?", event, channel)
        return int(row["head"] or 0) if row else 0

    def channel_entries(self, event: str, channel: str, after: int = 0) -> list[tuple[int, str, int]]:
        found = self._all(
            """SELECT channel_item.seq, channel_item.id, item.rev FROM channel_item
            JOIN item ON item.event = channel_item.event AND item.id = channel_item.id
            WHERE channel_item.event = ? AND channel = ? AND channel_item.seq > ? AND gone = 0
            ORDER BY channel_item.seq""",
            event, channel, after,
        )  # fmt: skip
        return [(row["seq"], row["id"], row["rev"]) for row in found]

    def stored_answer(self, event: str, author_key: str, op: str) -> StoredAnswer | None:
        row = self._one(
            "SELECT fingerprint, answer FROM op WHERE event = ? AND author_key = ? AND op = ?", event, author_key, op
        )
        return StoredAnswer(fingerprint=row["fingerprint"], answer=json.loads(row["answer"])) if row else None

    # --- counts and records

    def posts_to_check(self, event: str) -> dict[str | None, int]:
        counted = self._connection.tuples(
            f"SELECT session, count(*) FROM item WHERE event = ? AND {rows.TO_CHECK} GROUP BY session", (event,)
        )
        return {session: count for session, count in counted}

    def newest_to_check(self, event: str, limit: int) -> list[str]:
        found = self._all(
            f"SELECT id FROM item WHERE event = ? AND {rows.TO_CHECK} ORDER BY at DESC NULLS LAST, seq DESC LIMIT ?",
            event, limit,
        )  # fmt: skip
        return [row["id"] for row in found]

    def arrivals(self, event: str) -> list[str]:
        found = self._all(
            """SELECT id FROM item WHERE event = ? AND state IN ('visible', 'held')
            ORDER BY received_at IS NOT NULL, received_at, seq""",
            event,
        )
        return [row["id"] for row in found]

    def tallies(self, event: str) -> dict[str | None, Tally]:
        origins, kinds = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[str]](Counter)
        for session, origin, kind, n in self._connection.tuples(
            "SELECT session, origin, kind, items FROM tally WHERE event = ?", (event,)
        ):
            origins[session][origin] += n
            if origin != "post":
                kinds[session][kind] += n
        takers = defaultdict[str, list[str]](list)
        for session, author in self._connection.tuples(
            "SELECT session, author FROM note_taker WHERE event = ? ORDER BY first_seq", (event,)
        ):
            takers[session].append(author)
        return {
            session or None: Tally(origins=dict(found), kinds=dict(kinds[session]), note_takers=tuple(takers[session]))
            for session, found in origins.items()
        }

    def activity(self, event: str, since: datetime, step: int) -> dict[str, list[int]]:
        begin, minutes = counters.minute_of(since), step // 60
        pulses: dict[str, list[int]] = {}
        for session, minute, n in self._connection.tuples(
            "SELECT session, minute, items FROM activity WHERE event = ? AND minute >= ? ORDER BY minute", (event, begin)
        ):
            pulse = pulses.setdefault(session, [])
            pulse.extend([0] * ((minute - begin) // minutes + 1 - len(pulse)))
            pulse[-1] += n
        return pulses

    def record(self, event: str, *, session: str | None = None, states: Sequence[State] = ("visible",)) -> Record:
        sessions = self.sessions(event) if session is None else (self.session(event, session),)
        guid = None if session is None else sessions[0].guid
        return Record(
            event=self.event(event),
            sessions=sessions,
            items=tuple(self.items(event, session=guid, states=states)),
            rooms=self.rooms(event),
            gaps=self.gaps(event),
            editions=self.editions(event),
        )

    def feeds(self, event: str | None = None) -> list[Feed]:
        if event is None:
            return [rows.feed(row) for row in self._all("SELECT * FROM feed ORDER BY event, url")]
        return [rows.feed(row) for row in self._all("SELECT * FROM feed WHERE event = ? ORDER BY url", event)]


def _at(item: Item, seq: int) -> Item:
    """Return the item at its seq on a channel: a report raises an item's seq on the organisers' channel alone."""
    return item if item.seq == seq else replace(item, seq=seq)


def _generation_key(role: str, session: str | None) -> str:
    return f"{role}/{session}" if session else role
