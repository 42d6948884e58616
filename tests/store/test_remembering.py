"""A reader caches small results until any process commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backchannel.domain.errors import UnknownEvent
from backchannel.domain.model import Event, Item, Session
from backchannel.store.base import Repeatable, Writer
from backchannel.store.sqlite.store import SqliteStore

NOW = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)
EVENT = Event(slug="camp", uid="u1", title="Camp")
MAPS = Session(guid="g1", slug="maps", title="Maps")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "camp.db")
    made.write(lambda writer: writer.save_event(EVENT))
    yield made
    made.close()


def queries(store: SqliteStore) -> list[str]:
    """Return a list that grows with every query of this thread's reader."""
    seen: list[str] = []
    store.reader()._connection.set_trace_callback(lambda sql: seen.append(sql) if sql.startswith("SELECT") else None)
    return seen


def test_a_repeated_read_does_not_query_again(store: SqliteStore) -> None:
    seen = queries(store)
    assert store.reader().event("camp") == store.reader().event("camp")
    assert len(seen) == 1


def test_a_commit_of_this_process_is_seen_at_once(store: SqliteStore) -> None:
    assert store.reader().event("camp").title == "Camp"
    store.write(lambda writer: writer.save_event(replace(EVENT, title="Fair")))
    assert store.reader().event("camp").title == "Fair"


def test_a_commit_of_another_process_is_seen_at_once(store: SqliteStore) -> None:
    assert store.reader().heads() == {"camp": 0}
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("UPDATE event SET head = 7")
    assert store.reader().heads() == {"camp": 7}


def test_a_missing_record_is_not_cached(store: SqliteStore) -> None:
    with pytest.raises(UnknownEvent):
        store.reader().event("fair")
    store.write(lambda writer: writer.save_event(replace(EVENT, slug="fair", uid="u2")))
    assert store.reader().event("fair").uid == "u2"


def test_a_writer_sees_what_its_commit_has_changed(store: SqliteStore) -> None:
    def seen(writer: Writer) -> tuple[str, int, int, str]:
        event = writer.event("camp")
        return event.title, event.head, writer.generation("camp", "scribe"), writer.session("camp", "g1").title

    def add_item(writer: Writer) -> None:
        note = Item(id="one", event="camp", origin="note", text="one", author="Ann")
        writer.save_item(note, ["event"], do="put", by="a", at=NOW, new_text=True)

    def change(writer: Writer) -> None:
        writer.save_event(replace(EVENT, title="Fair"))
        writer.increment_generation("camp", "scribe")
        writer.save_session("camp", replace(MAPS, title="Atlases"))

    store.write(lambda writer: writer.save_session("camp", MAPS))
    jobs = [Repeatable(job) for job in (seen, add_item, seen, change, seen)]
    outcomes = store.commit(jobs)
    assert [outcomes[n] for n in (0, 2, 4)] == [
        (True, ("Camp", 0, 0, "Maps")), (True, ("Camp", 1, 0, "Maps")), (True, ("Fair", 1, 1, "Atlases")),
    ]  # fmt: skip


def test_a_writer_forgets_what_was_undone(store: SqliteStore) -> None:
    def rename(writer: Writer) -> None:
        writer.save_event(replace(EVENT, title="Fair"))
        assert writer.event("camp").title == "Fair"
        raise ValueError("undone")

    outcomes = store.commit([rename, lambda writer: writer.event("camp").title])
    assert outcomes[1] == (True, "Camp")
