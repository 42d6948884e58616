"""The counters updated on writing always equal a count of all items."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backchannel.domain.channels import channels_of
from backchannel.domain.model import Event, Item, Session
from backchannel.store.base import Reader, Tally
from backchannel.store.sqlite.backup import check, restore
from backchannel.store.sqlite.store import SqliteStore

NOON = datetime(2026, 6, 13, 12, 0, 30, 250_000, tzinfo=UTC)
SINCE, STEP = NOON.replace(second=0, microsecond=0), 300
TIMES = (None, date(2026, 6, 13), *(NOON + timedelta(minutes=n) for n in (-1, 0, 4, 5, 12)))
ITEMS = st.builds(
    Item,
    id=st.sampled_from("abcdef"),
    event=st.just("camp"),
    origin=st.sampled_from(("note", "note", "post", "afterthought")),
    text=st.just("a line"),
    kind=st.sampled_from(("note", "question", "action")),
    author=st.sampled_from(("Ann", "Bob", "")),
    session=st.sampled_from(("g1", "g2", None)),
    at=st.sampled_from(TIMES),
    state=st.sampled_from(("visible", "visible", "held", "hidden", "withdrawn")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "camp.db")
    yield made
    made.close()


def begin(store: SqliteStore) -> None:
    store.write(lambda writer: writer.save_event(Event(slug="camp", uid="u1", title="Camp")))
    for guid in ("g1", "g2"):
        session = Session(guid=guid, slug=guid, title=guid)
        store.write(lambda writer, session=session: writer.save_session("camp", session))


def save(store: SqliteStore, item: Item, *, new_text: bool = True) -> Item:
    return store.write(
        lambda writer: writer.save_item(item, channels_of(item), do="put", by="x", at=NOON, new_text=new_text)
    )


@given(history=st.lists(st.tuples(ITEMS, st.booleans()), max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counters_match_the_items_after_any_history(store: SqliteStore, history: list[tuple[Item, bool]]) -> None:
    begin(store)
    stored: dict[str, Item] = {}
    for item, corrected in history:
        known = stored.get(item.id)
        new_text = known is None or corrected
        rev, kind = (known.rev, item.kind if new_text else known.kind) if known else (0, item.kind)
        stored[item.id] = save(store, replace(item, rev=rev, kind=kind), new_text=new_text)
        reader = store.reader()
        assert reader.tallies("camp") == tallies_of(reader)
        assert reader.activity("camp", SINCE, STEP) == activity_of(reader)
    assert check(store.path) == []
    store.write(lambda writer: writer.remove_event("camp"))
    assert (store.reader().tallies("camp"), store.reader().activity("camp", SINCE, STEP)) == ({}, {})


def tallies_of(reader: Reader) -> dict[str | None, Tally]:
    """Count the items; note-takers are in the order of their first note."""
    by_session: dict[str | None, list[Item]] = defaultdict(list)
    for item in sorted(reader.items("camp"), key=lambda item: item.seq):
        by_session[item.session].append(item)
    return {
        session: Tally(
            origins=Counter(item.origin for item in items),
            kinds=Counter(item.kind for item in items if item.origin != "post"),
            note_takers=tuple(dict.fromkeys(item.author for item in items if item.origin == "note" and item.author)),
        )
        for session, items in by_session.items()
    }


def activity_of(reader: Reader) -> dict[str, list[int]]:
    steps: dict[str, list[int]] = {}
    for item in reader.items("camp"):
        if item.session and isinstance(item.at, datetime) and item.at >= SINCE:
            step = int((item.at - SINCE).total_seconds()) // STEP
            bars = steps.setdefault(item.session, [])
            bars.extend([0] * (step + 1 - len(bars)))
            bars[step] += 1
    return steps


def test_an_undone_job_leaves_the_counts_as_they_were(store: SqliteStore) -> None:
    begin(store)
    save(store, item := Item(id="a", event="camp", origin="note", text="a line", author="Ann", session="g1", at=NOON))
    before = store.reader().tallies("camp")

    def fail(writer: Any) -> None:
        writer.save_item(replace(item, id="b"), ("event",), do="put", by="x", at=NOON, new_text=True)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the job's own error
        store.write(fail)
    assert store.reader().tallies("camp") == before


def test_check_reports_wrong_counts_and_a_restored_backup_counts_again(store: SqliteStore, tmp_path: Path) -> None:
    begin(store)
    save(store, Item(id="a", event="camp", origin="note", text="a line", author="Ann", session="g1", at=NOON))
    right = store.reader().tallies("camp")
    with closing(sqlite3.connect(store.path)) as other:
        other.execute("UPDATE tally SET items = 7")
        other.commit()
    said = "the counts in “tally” are wrong. Back up and restore the database to count again"
    assert check(store.path) == [said]
    restore(store.path, tmp_path / "restored.db")
    assert check(tmp_path / "restored.db") == []
    restored = SqliteStore(tmp_path / "restored.db")
    assert restored.reader().tallies("camp") == right
    restored.close()
