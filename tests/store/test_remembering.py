"""A reader remembers small answers, and forgets them when anybody commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from backchannel.domain.errors import UnknownEvent
from backchannel.domain.model import Event
from backchannel.store.sqlite.store import SqliteStore

EVENT = Event(slug="camp", uid="u1", title="Camp")


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


def test_a_writer_does_not_cache(store: SqliteStore) -> None:
    def rename(writer):  # type: ignore[no-untyped-def]
        before = writer.event("camp").title
        writer.save_event(replace(EVENT, title="Fair"))
        return before, writer.event("camp").title

    assert store.write(rename) == ("Camp", "Fair")
