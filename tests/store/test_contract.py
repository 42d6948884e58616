"""The contract of store/base.py, which every store must pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gevent
import pytest

from backchannel.domain.errors import AlreadyExists, UnknownEvent, UnknownItem, UnknownSession
from backchannel.domain.joining import Holder
from backchannel.domain.model import Event, Item, Room, Session, Tombstone
from backchannel.store.base import HALLWAY, Repeatable, Store, Window, Writer
from backchannel.store.group import GroupCommit
from backchannel.store.postgres.store import PostgresStore
from backchannel.store.sqlite.store import SqliteStore

NOW = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)
EVENT = Event(slug="camp", uid="u1", title="Camp", hashtags=("camp",))
MAPS = Session(guid="g1", slug="maps", title="Maps", leaders=("Ida",), headings={"note": "Scribbles"})


@pytest.fixture(params=["sqlite", "sqlite in groups", "postgres", "postgres in groups"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    in_postgres = request.param.startswith("postgres")
    single = PostgresStore(request.getfixturevalue("postgres")) if in_postgres else SqliteStore(tmp_path / "camp.db")
    made: Store = GroupCommit(single) if request.param.endswith("in groups") else single
    made.write(lambda writer: writer.save_event(EVENT))
    made.write(lambda writer: writer.save_session("camp", MAPS))
    yield made
    made.close()


def item(id: str, **fields: object) -> Item:
    return replace(
        Item(id=id, event="camp", origin="note", text=id, author="Ann", author_key="a", session="g1", at=NOW), **fields
    )


def keep(store: Store, kept: Item, *channels: str, new_text: bool = True) -> Item:
    return store.write(
        lambda writer: writer.save_item(kept, channels, do="put", by="a", at=NOW, new_text=new_text)
    )


def test_stored_values_are_returned_unchanged(store: Store) -> None:
    kept = keep(store, item("one", reactions={"agree": 2}, sources=({"feed": "f"},)), "event")
    assert kept == item("one", reactions={"agree": 2}, sources=({"feed": "f"},), seq=1, rev=1)
    assert store.reader().item("camp", "one") == kept
    assert store.reader().session("camp", "maps") == store.reader().session("camp", "g1") == MAPS
    assert store.reader().event("camp") == replace(EVENT, head=1, version=2)


def test_a_correction_records_its_time(store: Store) -> None:
    first = keep(store, item("one"), "event")
    assert store.reader().item("camp", "one").revised_at is None
    keep(store, replace(first, text="won"), "event")
    assert store.reader().item("camp", "one").revised_at == NOW


def test_a_missing_record_raises_an_error_that_names_it(store: Store) -> None:
    for error, ask in (
        (UnknownEvent, lambda: store.reader().event("fair")),
        (UnknownSession, lambda: store.reader().session("camp", "fair")),
        (UnknownItem, lambda: store.reader().item("camp", "fair")),
    ):
        with pytest.raises(error, match="fair"):
            ask()


def test_the_slug_of_another_event_is_refused(store: Store) -> None:
    with pytest.raises(AlreadyExists):
        store.write(lambda writer: writer.save_event(replace(EVENT, uid="u2")))


def test_a_changed_item_moves_to_the_end_and_leaves_tombstones_on_its_old_channels(store: Store) -> None:
    keep(store, item("one"), "event", "session/g1")
    keep(store, item("two"), "event", "session/g1")
    moved = keep(store, store.reader().item("camp", "one"), "event", "session/g2", new_text=False)
    page = store.reader().changes("camp", "session/g1", 0, 10)
    assert page.items == (store.reader().item("camp", "two"), Tombstone(id="one", seq=3))
    assert (page.prev, page.seq, page.more) == (0, 3, False)
    assert store.reader().changes("camp", "session/g2", 0, 10).items == (moved,)
    assert store.reader().channel_entries("camp", "event") == [(2, "two", 1), (3, "one", 1)]


def test_consecutive_pages_have_no_gap(store: Store) -> None:
    for n in range(5):
        keep(store, item(str(n)), "event")
    reader, after, seen = store.reader(), 0, []
    while True:
        page = reader.changes("camp", "event", after, 2)
        seen.append([kept.id for kept in page.items if isinstance(kept, Item)])
        after = page.seq
        if not page.more:
            break
    assert seen == [["0", "1"], ["2", "3"], ["4"]]


def test_reads_within_a_snapshot_see_one_moment(store: Store) -> None:
    keep(store, item("one"), "event")
    reader = store.reader()
    with reader.snapshot():
        before = reader.changes("camp", "event", 0, 10)
        keep(store, item("two"), "event")
        assert reader.changes("camp", "event", 0, 10) == before
        assert reader.channel_entries("camp", "event") == [(1, "one", 1)]
    assert reader.channel_entries("camp", "event") == [(1, "one", 1), (2, "two", 1)]


def test_a_page_being_read_still_shows_an_item_hidden_meanwhile(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "camp.db")
    store.write(lambda writer: writer.save_event(EVENT))
    kept, reader, asked = keep(store, item("one"), "event"), store.reader(), []

    def hide_it(sql: str) -> None:
        """Hide the item between the reader's first and second statement; the reader calls this before each one."""
        if "SELECT" in sql and len(asked) < 2:
            asked.append(sql)
            if len(asked) == 2:
                keep(store, replace(kept, state="hidden"), "staff", new_text=False)

    reader._connection.set_trace_callback(hide_it)  # type: ignore[attr-defined]
    assert reader.changes("camp", "event", 0, 10).items == (kept,)
    assert reader.changes("camp", "event", 0, 10).items == (Tombstone(id="one", seq=2),)
    assert len(asked) == 2
    store.close()


def test_every_text_is_a_revision_and_a_conflicting_one_is_not_shown(store: Store) -> None:
    kept = keep(store, item("one", text="teh"), "event")
    kept = keep(store, replace(kept, text="the"), "event")
    assert store.write(lambda writer: writer.save_conflicting_text(kept, "that", by="b", at=NOW)) == 3
    assert [(revision.rev, revision.text) for revision in store.reader().revisions("camp", "one")] == [
        (1, "teh"), (2, "the"), (3, "that"),
    ]  # fmt: skip
    assert store.reader().item("camp", "one").text == "the"
    assert keep(store, replace(kept, text="those"), "event").rev == 4


def test_a_job_that_raises_stores_nothing_and_uses_no_seq(store: Store) -> None:
    def job(writer: Writer) -> None:
        writer.save_item(item("gone"), ["event"], do="put", by="a", at=NOW, new_text=True)
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        store.write(job)
    assert store.reader().items("camp") == []
    assert keep(store, item("next"), "event").seq == 1


def test_reading_order_is_by_time_then_seq_with_untimed_items_first(store: Store) -> None:
    keep(store, item("late", at=NOW.replace(hour=11)), "event")
    keep(store, item("first of two"), "event")
    keep(store, item("second of two"), "event")
    keep(store, item("undated", at=None), "event")
    keep(store, item("that day", at=NOW.date()), "event")
    assert [kept.id for kept in store.reader().items("camp", session="g1")] == [
        "undated", "that day", "first of two", "second of two", "late",
    ]  # fmt: skip


def test_removing_an_event_removes_everything_in_it(store: Store) -> None:
    keep(store, item("one"), "event")
    store.write(lambda writer: writer.remove_event("camp"))
    store.write(lambda writer: writer.save_event(replace(EVENT, uid="u2")))
    assert store.reader().items("camp") == []
    assert store.reader().sessions("camp") == ()
    assert store.reader().heads() == {"camp": 0}


def test_permissions_change_with_whatever_decides_who_may_read_and_not_with_a_note(store: Store) -> None:
    seen = [store.reader().permissions()]

    def look() -> bool:
        seen.append(store.reader().permissions())
        return seen[-1] != seen[-2]

    keep(store, item("one"), "event")
    assert not look()
    store.write(lambda writer: writer.increment_generation("camp", "follower"))
    assert look()
    store.write(lambda writer: writer.increment_generation("camp", "scribe", "g1"))
    assert look()
    store.write(lambda writer: writer.save_event(replace(EVENT, public=not EVENT.public)))
    assert look()
    for revoked_at in (NOW, None):
        ann = Holder(event="camp", key="k1", role="scribe", name="Ann", revoked_at=revoked_at)
        store.write(lambda writer, ann=ann: writer.save_holder(ann))
        assert look()
    store.write(lambda writer: writer.remove_event("camp"))
    assert look()
    store.write(lambda writer: writer.save_event(replace(EVENT, uid="u2")))
    assert look()
    assert seen[-1] == {"camp": ("u2", EVENT.public, "{}", "0 ")}


def test_a_reaction_counts_once_a_person_and_can_be_withdrawn(store: Store) -> None:
    def react(who: str, on: bool) -> dict[str, int]:
        return store.write(lambda writer: writer.react("camp", "one", who, "agree", on))

    assert [react("a", True), react("a", True), react("b", True), react("a", False)] == [
        {"agree": 1}, {"agree": 1}, {"agree": 2}, {"agree": 1},
    ]  # fmt: skip


def test_queued_jobs_share_a_commit_and_fail_separately(tmp_path: Path) -> None:
    class Counting(SqliteStore):
        commits = 0

        def commit(self, jobs, events=None):  # type: ignore[no-untyped-def]
            Counting.commits += 1
            return super().commit(jobs, events)

    store = GroupCommit(Counting(tmp_path / "camp.db"))
    store.write(lambda writer: writer.save_event(EVENT))
    before = Counting.commits

    def bad(writer: Writer) -> None:
        raise ValueError("only me")

    greenlets = [gevent.spawn(keep, store, item(str(n)), "event") for n in range(50)]
    failing = gevent.spawn(store.write, bad)
    gevent.joinall([*greenlets, failing])
    assert sorted(greenlet.value.seq for greenlet in greenlets) == list(range(1, 51))
    assert isinstance(failing.exception, ValueError)
    assert Counting.commits - before < 10
    store.close()


def test_a_repeatable_job_that_fails_half_way_is_undone_alone(store: Store) -> None:
    def half(writer: Writer) -> None:
        writer.save_item(item("half"), ["event"], do="put", by="a", at=NOW, new_text=True)
        raise ValueError("only me")

    def whole(id: str) -> Callable[[Writer], int]:
        return lambda writer: writer.save_item(item(id), ["event"], do="put", by="a", at=NOW, new_text=True).seq

    jobs = [Repeatable(whole("one")), Repeatable(half), Repeatable(whole("two"))]
    greenlets = [gevent.spawn(store.write, job) for job in jobs]
    gevent.joinall(greenlets)
    assert [greenlet.value for greenlet in greenlets] == [1, None, 2]
    assert isinstance(greenlets[1].exception, ValueError)
    assert set(store.reader().items_by_id("camp", ["one", "half", "two"])) == {"one", "two"}


def test_a_step_that_fails_half_way_is_undone_alone(store: Store) -> None:
    def step(writer: Writer, id: str, fault: Exception | None) -> None:
        writer.save_item(item(id), ["event"], do="put", by="a", at=NOW, new_text=True)
        if fault:
            raise fault

    def job(writer: Writer) -> None:
        writer.attempt(lambda: step(writer, "one", None))
        with suppress(UnknownItem):
            writer.attempt(lambda: step(writer, "half", UnknownItem("half")))
        writer.attempt(lambda: step(writer, "two", None))

    store.write(Repeatable(job))
    assert [(one.id, one.seq) for one in store.reader().items("camp")] == [("one", 1), ("two", 2)]


def test_the_database_is_durable_and_private_to_its_owner(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "camp.db")
    pragma = {name: store._writing.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert pragma == {"journal_mode": "wal", "synchronous": 2}
    assert (tmp_path / "camp.db").stat().st_mode & 0o777 == 0o600
    store.close()


def fill_timeline(store: Store) -> None:
    """Seven lines: two without a time, five a minute apart, of which the fourth is hidden; and one of another session."""
    for n, at in enumerate([None, None, *(NOW + timedelta(minutes=n) for n in range(5))]):
        keep(store, item(f"n{n}", at=at, state="hidden" if n == 5 else "visible"), "event")
    keep(store, item("x", session=None, at=NOW + timedelta(seconds=30)), "event")


def ids(window: Window) -> tuple[list[str], bool, bool]:
    return [id for id, _ in window.lines], window.earlier, window.later


def test_a_window_holds_the_newest_visible_lines_in_reading_order(store: Store) -> None:
    fill_timeline(store)
    assert ids(store.reader().window("camp", "g1", limit=3)) == (["n3", "n4", "n6"], True, False)
    assert ids(store.reader().window("camp", "g1", limit=5)) == (["n1", "n2", "n3", "n4", "n6"], True, False)
    assert ids(store.reader().window("camp", "g1", limit=6)) == (["n0", "n1", "n2", "n3", "n4", "n6"], False, False)
    assert ids(store.reader().window("camp", limit=4)) == (["x", "n3", "n4", "n6"], True, False)
    assert ids(store.reader().window("camp", HALLWAY, limit=4)) == (["x"], False, False)


def test_a_window_before_an_item_continues_without_a_gap(store: Store) -> None:
    fill_timeline(store)
    assert ids(store.reader().window("camp", "g1", before="n4", limit=2)) == (["n2", "n3"], True, True)
    assert ids(store.reader().window("camp", "g1", before="n2", limit=2)) == (["n0", "n1"], False, True)
    assert ids(store.reader().window("camp", "g1", before="n1", limit=2)) == (["n0"], False, True)


def test_a_window_after_an_item_continues_without_a_gap(store: Store) -> None:
    fill_timeline(store)
    assert ids(store.reader().window("camp", "g1", after="n1", limit=2)) == (["n2", "n3"], True, True)
    assert ids(store.reader().window("camp", "g1", after="n3", limit=2)) == (["n4", "n6"], True, False)
    assert ids(store.reader().window("camp", "g1", after="", limit=3)) == (["n0", "n1", "n2"], False, True)


def test_only_new_tells_additions_from_corrections_and_removals(store: Store) -> None:
    fill_timeline(store)
    head = store.reader().event("camp").head
    keep(store, item("n9"), "event")
    assert store.reader().only_new("camp", head)
    keep(store, item("n9", state="hidden"))
    assert not store.reader().only_new("camp", head)
    assert store.reader().only_new("camp", store.reader().event("camp").head)


def test_a_window_around_an_item_has_lines_on_both_sides(store: Store) -> None:
    fill_timeline(store)
    assert ids(store.reader().window("camp", "g1", around="n3", limit=2)) == (["n2", "n3"], True, True)
    assert ids(store.reader().window("camp", "g1", around="n1", limit=4)) == (["n0", "n1", "n2"], False, True)
    assert ids(store.reader().window("camp", "g1", around="n6", limit=4)) == (["n3", "n4", "n6"], True, False)
    with pytest.raises(UnknownItem, match="lost"):
        store.reader().window("camp", "g1", around="lost", limit=4)


def test_outcomes_are_counted_and_the_newest_are_listed(store: Store) -> None:
    for n, kind in enumerate(["question", "action", "question", "pledge", "question"]):
        keep(store, item(f"n{n}", kind=kind, at=NOW + timedelta(minutes=n)), "event")
    keep(store, item("n0", kind="note", at=NOW), "event")
    keep(store, item("n2", kind="question", state="hidden", at=NOW), "event")
    reader = store.reader()
    assert reader.outcomes("camp", "g1", "commitment", 1) == (2, [("n3", 4)])
    assert reader.outcomes("camp", None, "question", 9) == (1, [("n4", 5)])


def test_every_change_besides_items_raises_the_version(store: Store) -> None:
    versions = [store.reader().event("camp").version]
    for change in (
        lambda writer: writer.save_event(replace(EVENT, title="Fair")),
        lambda writer: writer.save_rooms("camp", [Room(name="Hall")]),
        lambda writer: writer.save_session("camp", replace(MAPS, title="Charts")),
        lambda writer: writer.remove_session("camp", "g1"),
    ):
        store.write(change)
        versions.append(store.reader().event("camp").version)
    assert versions == sorted(set(versions))
