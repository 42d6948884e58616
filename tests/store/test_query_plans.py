"""Every statement of the store uses an index: no full scan of a growing table, and no search by event alone.

Each method of the store runs once on a database with realistic contents while SQLite reports the statements it executes.
`EXPLAIN QUERY PLAN` then says how each of them finds its rows.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backchannel.domain.blocks import Block
from backchannel.domain.channels import channels_of
from backchannel.domain.grid_log import LoggedEdit
from backchannel.domain.joining import Holder, JoinCode
from backchannel.domain.model import Edition, Event, Feed, Gap, Item, Placement, Room, Session, Slot, WatchedSchedule
from backchannel.store.base import Reader, Source, StoredAnswer, Writer
from backchannel.store.joining import JoiningReader, JoiningWriter
from backchannel.store.moderation import LogLine, ModerationReader, ModerationWriter, Report
from backchannel.store.programme import ProgrammeReader, ProgrammeWriter
from backchannel.store.sql.reader import SqlReader
from backchannel.store.sql.writer import SqlWriter
from backchannel.store.sqlite.store import SqliteStore

NOW = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)
GROWING = {
    "item", "revision", "channel_item", "change", "op", "reaction", "source", "edition", "activity", "report",
    "moderation_log", "holder", "join_code",
}  # fmt: skip
FOR_THESE_ROWS = ("holder_revoked", "item_to_check_by_time")  # indexes that hold only the wanted rows of an event
EDITION = Edition(title="Maps")
BLOCK = Block(id="b1", kind="word", value="spam", typed="spam", author="Ann", at=NOW)
REPORT = Report(id="i7", reporter="ann", reason="spam", words="", at=NOW)
LINE = LogLine(seq=0, do="settings", author="Ann", at=NOW, said="slow mode is off", before="{}")
EDIT = LoggedEdit(op="op7", do="cancel", by="ann", author="Ann", at=NOW, said="cancelled “Maps”")

# Methods whose answer is the whole event, so that reading every row of it is the job. Nothing live calls them per visitor.
WHOLE_EVENT = {
    "items": "without a session, all items of the event",
    "record": "a write-up is composed from all items",
    "editions": "the newest edition of every session",
    "holders": "the organisers' list of everybody who joined",
    "join_codes": "one code for each room and session",
    "posts_to_check": "the index holds only the posts to check",
    "arrivals": "all items, to place all posts again",
    "remove_event": "deletes all rows of the event",
}

READS: dict[str, Callable[[Reader], Any]] = {
    "epoch": lambda reader: reader.epoch(),
    "snapshot": lambda reader: reader.snapshot().__enter__(),
    "events": lambda reader: reader.events(),
    "event": lambda reader: reader.event("camp3"),
    "heads": lambda reader: reader.heads(),
    "generation": lambda reader: reader.generation("camp3", "scribe"),
    "programme": lambda reader: reader.programme("camp3"),
    "permissions": lambda reader: reader.permissions(),
    "programme_heads": lambda reader: reader.programme_heads(),
    "voted": lambda reader: reader.voted("camp3", "ann"),
    "grid_edits": lambda reader: reader.grid_edits("camp3", 3),
    "grid_edit": lambda reader: reader.grid_edit("camp3", "op7"),
    "posts_by_clock": lambda reader: reader.posts_by_clock("camp3", NOW, NOW + timedelta(hours=1), after="i7", limit=20),
    "watched_schedules": lambda reader: reader.watched_schedules(),
    "join_codes": lambda reader: reader.join_codes("camp3"),
    "join_code": lambda reader: reader.join_code("f3"),
    "holders": lambda reader: reader.holders("camp3"),
    "holder": lambda reader: reader.holder("camp3", "k7"),
    "revoked_keys": lambda reader: reader.revoked_keys("camp3"),
    "rooms": lambda reader: reader.rooms("camp3"),
    "sessions": lambda reader: reader.sessions("camp3"),
    "anonymous_sessions": lambda reader: reader.anonymous_sessions("camp3"),
    "merged_sessions": lambda reader: reader.merged_sessions("camp3"),
    "session": lambda reader: reader.session("camp3", "s4"),
    "item": lambda reader: reader.item("camp3", "i7"),
    "items": lambda reader: reader.items("camp3"),
    "items_by_id": lambda reader: reader.items_by_id("camp3", ["i1", "i2"]),
    "window": lambda reader: reader.window("camp3", limit=20),
    "only_new": lambda reader: reader.only_new("camp3", 100),
    "outcomes": lambda reader: reader.outcomes("camp3", None, "question", 20),
    "hallway": lambda reader: reader.hallway("camp3"),
    "history": lambda reader: reader.history("camp3", "i7"),
    "revisions": lambda reader: reader.revisions("camp3", "i7"),
    "changes": lambda reader: reader.changes("camp3", "session/g4", 20, 50),
    "page_extent": lambda reader: reader.page_extent("camp3", "session/g4", 20, 50),
    "channel_head": lambda reader: reader.channel_head("camp3", "session/g4"),
    "channel_entries": lambda reader: reader.channel_entries("camp3", "session/g4"),
    "stored_answer": lambda reader: reader.stored_answer("camp3", "ann", "op7"),
    "posts_to_check": lambda reader: reader.posts_to_check("camp3"),
    "newest_to_check": lambda reader: reader.newest_to_check("camp3", 20),
    "arrivals": lambda reader: reader.arrivals("camp3"),
    "tallies": lambda reader: reader.tallies("camp3"),
    "activity": lambda reader: reader.activity("camp3", NOW, 300),
    "record": lambda reader: reader.record("camp3"),
    "feeds": lambda reader: reader.feeds("camp3"),
    "feed": lambda reader: reader.feed("camp3", "f1"),
    "sources": lambda reader: reader.sources("camp3", ["k1", "k2"]),
    "sources_since": lambda reader: reader.sources_since("camp3", "f1", NOW),
    "edition": lambda reader: reader.edition("camp3", "g4"),
    "editions": lambda reader: reader.editions("camp3"),
    "gaps": lambda reader: reader.gaps("camp3"),
    "fingerprints": lambda reader: reader.fingerprints("camp3", ["i1", "i2"]),
    "blocks": lambda reader: reader.blocks("camp3"),
    "block": lambda reader: reader.block("camp3", "b1"),
    "blocked_items": lambda reader: reader.blocked_items("camp3", "b1"),
    "posts_of": lambda reader: reader.posts_of("camp3", "Ann", NOW, NOW + timedelta(hours=1), 20),
    "visible_posts": lambda reader: reader.visible_posts("camp3", "Ann", 2),
    "withheld": lambda reader: reader.withheld("camp3", "held", 50),
    "withheld_count": lambda reader: reader.withheld_count("camp3", "hidden"),
    "waiting": lambda reader: reader.waiting("camp3"),
    "reports": lambda reader: reader.reports("camp3"),
    "reporters": lambda reader: reader.reporters("camp3", "i7"),
    "items_after": lambda reader: reader.items_after("camp3", "i7", 50),
    "moderation_log": lambda reader: reader.moderation_log("camp3", 40, 20),
    "last_note": lambda reader: reader.last_note("camp3", "ann"),
}  # fmt: skip
READS_OF_A_SESSION: dict[str, Callable[[Reader], Any]] = {
    "items": lambda reader: reader.items("camp3", session="g4"),
    "record": lambda reader: reader.record("camp3", session="g4"),
    "window": lambda reader: reader.window("camp3", "g4", limit=20),
    "window before": lambda reader: reader.window("camp3", "g4", before="i100", limit=20),
    "window after": lambda reader: reader.window("camp3", "g4", after="i100", limit=20),
    "window around": lambda reader: reader.window("camp3", "g4", around="i100", limit=20),
    "window of the event": lambda reader: reader.window("camp3", around="i100", limit=20),
    "outcomes": lambda reader: reader.outcomes("camp3", "g4", "question", 20),
}
WRITES: dict[str, Callable[[Writer], Any]] = {
    "save_event": lambda writer: writer.save_event(event("camp3")),
    "increment_generation": lambda writer: writer.increment_generation("camp3", "scribe"),
    "save_join_code": lambda writer: writer.save_join_code(join_code("camp3")),
    "count_failure": lambda writer: writer.count_failure("fcamp3"),
    "save_holder": lambda writer: writer.save_holder(holder("camp3", 7)),
    "save_seen": lambda writer: writer.save_seen("camp3", {"k7": NOW}),
    "save_rooms": lambda writer: writer.save_rooms("camp3", [Room(name="Hall")]),
    "save_session": lambda writer: writer.save_session("camp3", session(4)),
    "remove_session": lambda writer: writer.remove_session("camp3", "g9"),
    "save_part": lambda writer: writer.save_part("camp3", Slot(guid="t1", starts=NOW, ends=NOW)),
    "remove_part": lambda writer: writer.remove_part("camp3", Slot(guid="t1", starts=NOW, ends=NOW)),
    "vote": lambda writer: writer.vote("camp3", "p1", "ann", True),
    "log_edit": lambda writer: writer.log_edit("camp3", EDIT),
    "save_watched_schedule": lambda writer: writer.save_watched_schedule(WatchedSchedule(event="camp3", url="https://e.example")),
    "remove_watched_schedule": lambda writer: writer.remove_watched_schedule("camp3"),
    "mark_undone": lambda writer: writer.mark_undone("camp3", 3),
    "raise_pitches": lambda writer: writer.raise_pitches("camp3"),
    "save_item": lambda writer: save(writer, item("camp3", 6)),
    "save_new_items": lambda writer: save_new(writer, item("camp3", 7001)),
    "save_conflicting_text": lambda writer: writer.save_conflicting_text(item("camp3", 7), "x", by="ann", at=NOW),
    "save_answer": lambda writer: writer.save_answer("camp3", "ann", "new", StoredAnswer(fingerprint="f", answer={})),
    "react": lambda writer: writer.react("camp3", "i7", "ann", "agree", True),
    "save_edition": lambda writer: writer.save_edition("camp3", "g4", EDITION, by="ann", at=NOW),
    "save_source": lambda writer: writer.save_source("camp3", "k1", Source(id="i1", feed="f1", fingerprint="")),
    "remove_source": lambda writer: writer.remove_source("camp3", "k2"),
    "save_gap": lambda writer: writer.save_gap("camp3", Gap(begins=NOW, ends=NOW + timedelta(hours=1), feed="f1")),
    "save_feed": lambda writer: writer.save_feed(Feed(id="f1", event="camp3", url="https://a.example/")),
    "remove_feed": lambda writer: writer.remove_feed("camp3", "f9"),
    "save_block": lambda writer: writer.save_block("camp3", BLOCK),
    "save_report": lambda writer: writer.save_report("camp3", REPORT),
    "settle_reports": lambda writer: writer.settle_reports("camp3", "i7"),
    "save_report_change": lambda writer: writer.save_report_change(item("camp3", 6), ("staff",), by="reports", at=NOW),
    "log_moderation": lambda writer: writer.log_moderation("camp3", LINE),
    "save_moderator": lambda writer: writer.save_moderator("camp3", "ann", "Ann"),
    "save_last_note": lambda writer: writer.save_last_note("camp3", "ann", NOW),
    "attempt": lambda writer: writer.attempt(lambda: None),
    "remove_event": lambda writer: writer.remove_event("camp3"),
}


def event(slug: str) -> Event:
    return Event(slug=slug, uid=f"u{slug}", title=slug.title())


def join_code(slug: str) -> JoinCode:
    return JoinCode(event=slug, scope="scribe", rotation=1, finder=f"f{slug}", proof="p", expires_at=NOW)


def holder(slug: str, number: int) -> Holder:
    return Holder(event=slug, key=f"k{number}", role="scribe", name="Ann", joined_at=NOW)


def session(number: int) -> Session:
    return Session(guid=f"g{number}", slug=f"s{number}", title=f"Session {number}", starts=NOW, room="Hall")


def item(slug: str, number: int) -> Item:
    guid = f"g{number % 8}" if number % 9 else None
    return Item(
        id=f"i{number}", event=slug, origin="post" if number % 3 else "note", text=f"line {number}", author="Ann",
        author_key="ann", session=guid, at=NOW + timedelta(seconds=number),
        placed=Placement(method="words", confidence=0.8, reason="mentions “bath”"),
    )  # fmt: skip


def save(writer: Writer, one: Item) -> Item:
    return writer.save_item(one, channels_of(one), do="put", by="ann", at=NOW, new_text=True)


def save_new(writer: Writer, one: Item) -> None:
    writer.save_new_items([(one, channels_of(one))], do="put", by="ann", at=NOW)


def fill(writer: Writer, slug: str, items: int) -> None:
    writer.save_event(event(slug))
    writer.save_rooms(slug, [Room(name="Hall")])
    for number in range(10):
        writer.save_session(slug, session(number))
    writer.save_join_code(join_code(slug))
    for number in range(items):
        writer.save_holder(holder(slug, number))
        save(writer, item(slug, number))
        writer.save_source(slug, f"k{number}", Source(id=f"i{number}", feed="f1", fingerprint="x"))
        writer.save_answer(slug, "ann", f"op{number}", StoredAnswer(fingerprint="f", answer={"seq": number}))
    writer.save_feed(Feed(id="f1", event=slug, url="https://a.example/"))


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A database of six events, one of them large, opened with the store's settings."""
    store = SqliteStore(tmp_path_factory.mktemp("plans") / "camp.db")
    for number in range(6):
        store.write(lambda writer, number=number: fill(writer, f"camp{number}", 2000 if number == 3 else 50))
    yield store._connect()
    store.close()


def statements(connection: sqlite3.Connection, act: Callable[[], Any]) -> set[str]:
    """Return the SQL that `act` executes, and roll back its changes."""
    seen: set[str] = set()
    connection.execute("BEGIN")
    connection.set_trace_callback(seen.add)
    try:
        act()
    finally:
        connection.set_trace_callback(None)
        connection.execute("ROLLBACK")
    return {sql for sql in seen if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)", sql, re.IGNORECASE)}


def slow_steps(connection: sqlite3.Connection, sql: str, *, whole_event: bool) -> list[str]:
    """Return the plan's steps that read more of a growing table than the statement asks for."""
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    return [step for step in plan if reads_too_much(step, whole_event=whole_event)]


def reads_too_much(step: str, *, whole_event: bool) -> bool:
    """Parse a step of a plan: "SCAN item" or "SEARCH item USING INDEX x (event=?)"."""
    found = re.match(r"(SCAN|SEARCH) (\w+)", step)
    if found is None or found[2] not in GROWING:
        return False
    if found[1] == "SCAN":
        return True
    return not whole_event and step.endswith("(event=?)") and not any(f" {index} " in step for index in FOR_THESE_ROWS)


def test_every_method_of_the_contract_is_checked() -> None:
    readers = (Reader, ProgrammeReader, ModerationReader, JoiningReader)
    writers = (Writer, ProgrammeWriter, ModerationWriter, JoiningWriter)
    reads, writes = ({name for kind in kinds for name in vars(kind) if name[0] != "_"} for kinds in (readers, writers))
    assert (set(READS), set(WRITES)) == (reads, writes)


@pytest.mark.parametrize("name", READS)
def test_a_read_finds_its_rows_by_an_index(connection: sqlite3.Connection, name: str) -> None:
    for sql in statements(connection, lambda: READS[name](SqlReader(connection))):
        assert slow_steps(connection, sql, whole_event=name in WHOLE_EVENT) == [], sql


@pytest.mark.parametrize("name", READS_OF_A_SESSION)
def test_a_read_of_one_session_reads_that_session_only(connection: sqlite3.Connection, name: str) -> None:
    for sql in statements(connection, lambda: READS_OF_A_SESSION[name](SqlReader(connection))):
        assert slow_steps(connection, sql, whole_event="FROM edition" in sql) == [], sql


@pytest.mark.parametrize("name", WRITES)
def test_a_write_finds_its_rows_by_an_index(connection: sqlite3.Connection, name: str) -> None:
    done = statements(connection, lambda: WRITES[name](SqlWriter(connection, savepoints=True)))
    for sql in done:
        assert slow_steps(connection, sql, whole_event=name in WHOLE_EVENT) == [], sql


def test_the_plans_of_a_careless_lookup_would_be_refused(connection: sqlite3.Connection) -> None:
    scan = "SELECT * FROM item WHERE author = 'Ann'"
    prefix = "SELECT channel FROM channel_item WHERE event = 'camp3' AND +id = 'i7'"
    assert slow_steps(connection, scan, whole_event=False)
    assert slow_steps(connection, prefix, whole_event=False)


def test_a_list_of_values_does_not_count_as_a_table_scan(connection: sqlite3.Connection) -> None:
    by_ids = "SELECT id FROM item WHERE event = 'camp3' AND id IN (SELECT value FROM json_each('[1]'))"
    assert slow_steps(connection, by_ids, whole_event=False) == []
