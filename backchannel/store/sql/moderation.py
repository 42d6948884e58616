"""Moderation in the store: blocks, reports, what waits for approval, and the log."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from backchannel.domain.blocks import Block
from backchannel.domain.model import Item
from backchannel.domain.times import write_when
from backchannel.store.moderation import LogLine, Report, Waiting
from backchannel.store.sql.connection import Row
from backchannel.store.sql.programme import ProgrammeChanges, ProgrammeQueries
from backchannel.store.sql.rows import ALL, ITEM_FROM

MODERATED = "('move', 'seat', 'hide', 'show', 'undo', 'report')"  # as in the index change_by_moderation
WITHHELD = "state = ? AND state IN ('held', 'hidden')"  # as in the index item_by_withheld_state


class ModerationQueries(ProgrammeQueries):
    """Queries over one connection."""

    def blocks(self, event: str) -> tuple[Block, ...]:
        found = self._all("SELECT * FROM block WHERE event = ? AND lifted = 0 ORDER BY at, id", event)
        return tuple(_block(row) for row in found)

    def block(self, event: str, id: str) -> Block | None:
        row = self._one("SELECT * FROM block WHERE event = ? AND id = ?", event, id)
        return _block(row) if row else None

    def blocked_items(self, event: str, id: str) -> list[str]:
        found = self._all("SELECT DISTINCT id FROM change WHERE event = ? AND by = ? AND \"do\" = 'block'", event, f"block:{id}")
        return [row["id"] for row in found]

    def visible_posts(self, event: str, author: str, limit: int) -> int:
        row = self._one(
            """SELECT count(*) AS n FROM (SELECT 1 FROM item
            WHERE event = ? AND author = ? AND state = 'visible' AND origin = 'post' LIMIT ?) AS found""",
            event, author, limit,
        )  # fmt: skip
        return int(row["n"]) if row else 0

    def posts_of(self, event: str, author: str, since: datetime, until: datetime, limit: int) -> list[str]:
        found = self._all(
            """SELECT id FROM item WHERE event = ? AND author = ? AND origin = 'post' AND state IN ('visible', 'held')
            AND at > ? AND at < ? ORDER BY at LIMIT ?""",
            event, author, write_when(since), write_when(until), limit,
        )  # fmt: skip
        return [row["id"] for row in found]

    def withheld(self, event: str, state: Literal["held", "hidden"], limit: int) -> list[str]:
        found = self._all(f"SELECT id FROM item WHERE event = ? AND {WITHHELD} ORDER BY seq DESC LIMIT ?", event, state, limit)
        return [row["id"] for row in found]

    def withheld_count(self, event: str, state: Literal["held", "hidden"]) -> int:
        row = self._one(f"SELECT count(*) AS n FROM item WHERE event = ? AND {WITHHELD}", event, state)
        return int(row["n"]) if row else 0

    def waiting(self, event: str) -> Waiting:
        row = self._one(
            """SELECT count(DISTINCT report.id) AS n FROM report JOIN item ON item.event = report.event AND item.id = report.id
            WHERE report.event = ? AND settled = 0 AND item.state = 'visible'""",
            event,
        )  # fmt: skip
        return Waiting(held=self.withheld_count(event, "held"), reported=int(row["n"]) if row else 0)

    def reports(self, event: str) -> list[Report]:
        found = self._all("SELECT * FROM report WHERE event = ? AND settled = 0 ORDER BY at DESC LIMIT 500", event)
        return [
            Report(
                id=row["id"], reporter=row["reporter"], reason=row["reason"], words=row["words"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in found
        ]  # fmt: skip

    def reporters(self, event: str, id: str) -> int:
        row = self._one("SELECT count(*) AS n FROM report WHERE event = ? AND id = ? AND settled = 0", event, id)
        return int(row["n"]) if row else 0

    def items_after(self, event: str, id: str, limit: int) -> list[Item]:
        found = self._all(
            f"""SELECT item.id, origin, session, author, url, state, item.seq, text, kind FROM {ITEM_FROM}
            WHERE item.event = ? AND item.id > ? ORDER BY item.id LIMIT ?""",
            event, id, limit,
        )  # fmt: skip
        return [Item(event=event, **row) for row in found]

    def moderation_log(self, event: str, before: int | None, limit: int) -> list[LogLine]:
        last = before if before is not None else ALL
        changes = self._all(
            f"""SELECT seq, "do", coalesce(author, '') AS author, at, id, session, coalesce(reason, '') AS said, '' AS before
            FROM change LEFT JOIN moderator ON moderator.event = change.event AND moderator.author_key = change.by
            WHERE change.event = ? AND seq < ? AND "do" IN {MODERATED} ORDER BY seq DESC LIMIT ?""",
            event, last, limit,
        )  # fmt: skip
        settings = self._all(
            """SELECT seq, "do", author, at, '' AS id, NULL AS session, said, before
            FROM moderation_log WHERE event = ? AND seq < ? ORDER BY seq DESC LIMIT ?""",
            event, last, limit,
        )  # fmt: skip
        found = sorted((*changes, *settings), key=lambda row: -row["seq"])[:limit]
        return [_line(row) for row in found]

    def last_note(self, event: str, author_key: str) -> datetime | None:
        row = self._one("SELECT at FROM last_note WHERE event = ? AND author_key = ?", event, author_key)
        return datetime.fromisoformat(row["at"]) if row else None


class ModerationChanges(ModerationQueries, ProgrammeChanges):
    """Writes over the writing connection."""

    def _next_seq(self, event: str) -> int:
        raise NotImplementedError

    def save_block(self, event: str, block: Block) -> None:
        row = {
            "event": event, "id": block.id, "kind": block.kind, "value": block.value, "typed": block.typed,
            "effect": block.effect, "author": block.author, "at": write_when(block.at), "lifted": int(block.lifted),
        }  # fmt: skip
        self._upsert("block", row, ("event", "id"))

    def save_report(self, event: str, report: Report) -> bool:
        saved = self._all(
            """INSERT INTO report (event, id, reporter, reason, words, at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING id""",
            event, report.id, report.reporter, report.reason, report.words, write_when(report.at),
        )  # fmt: skip
        return bool(saved)

    def settle_reports(self, event: str, id: str) -> None:
        self._run("UPDATE report SET settled = 1 WHERE event = ? AND id = ? AND settled = 0", event, id)

    def log_moderation(self, event: str, line: LogLine) -> int:
        seq = self._next_seq(event)
        self._run(
            "INSERT INTO moderation_log VALUES (?, ?, ?, ?, ?, ?, ?)",
            event, seq, line.do, line.author, write_when(line.at), line.said, line.before,
        )  # fmt: skip
        return seq

    def save_moderator(self, event: str, author_key: str, author: str) -> None:
        self._upsert("moderator", {"event": event, "author_key": author_key, "author": author}, ("event", "author_key"))

    def save_last_note(self, event: str, author_key: str, at: datetime) -> None:
        row = {"event": event, "author_key": author_key, "at": write_when(at)}
        self._upsert("last_note", row, ("event", "author_key"))


def _block(row: Row) -> Block:
    return Block(
        id=row["id"], kind=row["kind"], value=row["value"], typed=row["typed"], effect=row["effect"],
        author=row["author"], at=datetime.fromisoformat(row["at"]), lifted=bool(row["lifted"]),
    )  # fmt: skip


def _line(row: Row) -> LogLine:
    return LogLine(
        seq=row["seq"], do=row["do"], author=row["author"], at=datetime.fromisoformat(row["at"]), id=row["id"],
        session=row["session"], said=row["said"], before=row["before"],
    )  # fmt: skip
