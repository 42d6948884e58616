"""The dispatcher, with a list in place of the sockets: whatever happens while it sends, it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gevent
import pytest

from backchannel.domain.channels import digest
from backchannel.domain.model import Event, Item
from backchannel.live.digests import Digests
from backchannel.live.dispatcher import FRAME_INTERVAL_S, MAX_ITEMS_PER_FRAME, Dispatcher
from backchannel.store.sqlite.store import SqliteStore

NOW = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)
HERE = ("camp", "event")


class Sent(list[tuple[str, int, int]]):
    """What was emitted: (event, prev, seq). `meanwhile` is called in the middle of every emit, as other greenlets are."""

    meanwhile: Callable[[], Any] = staticmethod(lambda: None)

    def emit(self, event: str, data: Any, *, room: str) -> None:
        self.append((event, data.get("prev", 0), data["seq"]))
        self.meanwhile()


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "camp.db")
    made.write(lambda writer: writer.save_event(Event(slug="camp", uid="u", title="Camp")))
    yield made
    made.close()


def keep(store: SqliteStore, id: str, *channels: str) -> None:
    note = Item(id=id, event="camp", origin="note", text=id, author="Ann", author_key="a", at=NOW)
    store.write(lambda writer: writer.save_item(note, channels or ["event"], do="put", by="a", at=NOW, new_text=True))


def test_a_commit_is_sent_as_one_frame_with_the_previous_seq(store: SqliteStore) -> None:
    sent, clock = Sent(), Clock()
    dispatcher = Dispatcher(store, sent, clock)
    dispatcher.watch(HERE)
    for id in ("one", "two"):
        keep(store, id)
    dispatcher.round()
    keep(store, "three")
    clock.now += FRAME_INTERVAL_S
    dispatcher.round()
    dispatcher.round()
    assert sent == [("changes", 0, 2), ("changes", 2, 3)]


def test_a_busy_channel_gets_one_frame_in_20_ms_and_a_quiet_one_gets_its_frame_at_once(store: SqliteStore) -> None:
    sent, clock = Sent(), Clock()
    dispatcher = Dispatcher(store, sent, clock)
    dispatcher.watch(HERE)
    for id in ("one", "two", "three"):
        keep(store, id)
        dispatcher.round()
        clock.now += 0.001
    assert sent == [("changes", 0, 1)]
    dispatcher.watch(("camp", "staff"))
    keep(store, "four", "event", "staff")
    dispatcher.round()
    assert sent == [("changes", 0, 1), ("changes", 0, 4)]  # the second one is of the quiet channel
    clock.now += FRAME_INTERVAL_S
    dispatcher.round()
    assert sent == [("changes", 0, 1), ("changes", 0, 4), ("changes", 1, 4)]


def test_more_changes_than_fit_go_out_in_several_frames(store: SqliteStore) -> None:
    sent, clock = Sent(), Clock()
    dispatcher = Dispatcher(store, sent, clock)
    dispatcher.watch(HERE)
    for number in range(MAX_ITEMS_PER_FRAME + 1):
        keep(store, f"note {number}")
    for _ in range(3):
        dispatcher.round()
        clock.now += FRAME_INTERVAL_S
    assert sent == [("changes", 0, MAX_ITEMS_PER_FRAME), ("changes", MAX_ITEMS_PER_FRAME, MAX_ITEMS_PER_FRAME + 1)]


def test_the_dispatcher_survives_all_followers_leaving_during_a_frame(store: SqliteStore) -> None:
    sent = Sent()
    dispatcher = Dispatcher(store, sent)
    dispatcher.watch(HERE)
    sent.meanwhile = lambda: dispatcher.unwatch(HERE)
    keep(store, "one")
    dispatcher.round()
    sent.meanwhile = lambda: None
    dispatcher.watch(HERE)
    keep(store, "two")
    dispatcher.round()
    assert sent == [("changes", 0, 1), ("changes", 1, 2)]


def test_a_digest_covers_the_current_items_and_is_computed_once(store: SqliteStore) -> None:
    digests, reader = Digests(store), store.reader()
    assert digests.of(reader, *HERE) == (0, "e3b0c44298fc1c14")
    keep(store, "one")
    assert digests.of(reader, *HERE) == (1, digest([(1, "one", 1)]))
    reader.channel_entries = None  # type: ignore[assignment,method-assign]  # asked no more
    assert digests.of(reader, *HERE) == (1, digest([(1, "one", 1)]))


def test_a_digest_is_extended_by_new_items_and_computed_again_after_other_changes(store: SqliteStore) -> None:
    digests, asked = Digests(store), list[int]()
    reader = store.reader()
    entries = reader.channel_entries

    def asking(event: str, channel: str, after: int = 0) -> list[tuple[int, str, int]]:
        asked.append(after)
        return entries(event, channel, after)

    reader.channel_entries = asking  # type: ignore[method-assign]
    for ids in (["one", "two"], ["three"], ["one"], ["four", "five"]):  # the second "one" corrects the first
        for id in ids:
            keep(store, id)
        assert digests.of(reader, *HERE)[1] == digest(entries(*HERE))
    assert asked == [0, 2, 0, 4]


def test_a_digest_is_prepared_by_the_reader_of_another_thread(store: SqliteStore) -> None:
    digests, reader = Digests(store), store.reader()
    keep(store, "one")
    reader.channel_entries = None  # type: ignore[assignment,method-assign]  # this thread's reader is not asked
    assert digests.prepare(*HERE) == (1, digest([(1, "one", 1)]))
    assert digests.of(reader, *HERE) == (1, digest([(1, "one", 1)]))


def test_a_new_event_with_an_old_slug_has_new_digests(store: SqliteStore) -> None:
    digests = Digests(store)
    keep(store, "one")
    digests.of(store.reader(), *HERE)
    store.write(lambda writer: writer.remove_event("camp"))
    store.write(lambda writer: writer.save_event(Event(slug="camp", uid="another", title="Camp")))
    keep(store, "two")
    assert digests.of(store.reader(), *HERE) == (1, digest([(1, "two", 1)]))


def test_an_error_in_one_round_is_logged_and_does_not_stop_it(store: SqliteStore, caplog: pytest.LogCaptureFixture) -> None:
    sent = Sent()
    dispatcher = Dispatcher(store, sent)
    dispatcher.watch(HERE)
    sent.meanwhile = lambda: 1 / 0
    running = gevent.spawn(dispatcher.run)
    keep(store, "one")
    gevent.sleep(0.3)
    sent.meanwhile = lambda: None
    keep(store, "two")
    with gevent.Timeout(5):
        while ("changes", 1, 2) not in sent:
            gevent.sleep(0.01)
    assert "ZeroDivisionError" in caplog.text
    running.kill()
