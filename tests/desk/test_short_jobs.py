"""Every write job is short, however large the event is, because notes wait for it.

SQLite counts the steps of each transaction. The longest one of an action must not grow with the event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backchannel.desk import events, posts, programme, second_thoughts, triage
from backchannel.desk.desk import Desk
from backchannel.desk.ops import take_ops
from backchannel.domain.channels import channels_of
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Entry, Item, Placement, Schedule, Session
from backchannel.passes import shared
from backchannel.store.base import Writer
from backchannel.store.sqlite.store import SqliteStore

TEN = datetime(2026, 6, 13, 10, 0, tzinfo=UTC)
SIZES = (500, 2000)
SEATED = uuid7()


def session(n: int, minutes: int) -> Session:
    starts = TEN + timedelta(minutes=minutes)
    return Session(guid=f"g{n}", slug=f"s{n}", title=f"Session {n}", room="Hall", starts=starts, ends=starts + timedelta(hours=1))


SESSIONS = tuple(session(n, 60 * n) for n in range(4))


def post(n: int) -> Item:
    """Return a post that the clock has placed. A few are by one author."""
    return Item(
        id=SEATED if n == 0 else uuid7(), event="camp", origin="post", text=f"post {n} about gutters", source_id=str(n),
        author="@tide@e.example" if n < 4 else f"@a{n % 50}@e.example", author_key="feed:f", session=f"g{n % 4}",
        at=TEN + timedelta(seconds=n), received_at=TEN + timedelta(seconds=n),
        placed=Placement(method="time", confidence=0.4, reason="it was on"),
    )  # fmt: skip


def fill(writer: Writer, size: int) -> None:
    for item in map(post, range(size)):
        writer.save_item(item, channels_of(item), do="put", by="feed:f", at=TEN, new_text=True)


def longest_job(folder: Path, size: int, act: Callable[[Desk], object]) -> int:
    """Return the steps of the longest transaction of the action in an event with so many posts."""
    store = SqliteStore(folder / f"{size}.db")
    desk = Desk(store, clock=lambda: TEN + timedelta(hours=3))
    events.create_event(desk, "camp", title="Camp")
    programme.take_schedule(desk, "camp", Schedule(title="Camp", sessions=SESSIONS))
    store.write(lambda writer: fill(writer, size))
    jobs: list[int] = []

    def count() -> int:
        jobs[-1] += 1
        return 0

    store._writing.set_trace_callback(lambda sql: jobs.append(0) if sql.startswith("BEGIN") else None)
    store._writing.set_progress_handler(count, 10)
    act(desk)
    store.close()
    return max(jobs)


def seat_an_author(desk: Desk) -> None:
    organiser = replace(shared(desk.read().event("camp"), "organiser", 0), key=uuid7(), name="Olive")
    (answer,) = take_ops(desk, organiser, "camp", {"ops": [{"op": uuid7(), "id": SEATED, "do": "seat", "session": "g3"}]})
    assert answer["ok"]
    seated = [item for item in desk.read().items("camp") if item.author == "@tide@e.example"]
    assert {item.session for item in seated} == {"g3"}


def change_the_programme(desk: Desk) -> None:
    later = replace(SESSIONS[0], starts=TEN + timedelta(hours=9), ends=TEN + timedelta(hours=10))
    programme.take_schedule(desk, "camp", Schedule(title="Camp", sessions=(later, *SESSIONS[1:])))
    assert not [item for item in desk.read().items("camp", session="g0") if item.placed and item.placed.method == "time"]


def open_the_board(desk: Desk) -> None:
    board, total = triage.unsorted(desk, "camp")
    assert (len(board), total) == (60, len(desk.read().items("camp")))


def take_a_post_after_a_start(desk: Desk) -> None:
    assert posts.take_entries(desk, "camp", [Entry(source_id="new", text="one more", author="@a1@e.example")]).new == 1


def place_all_again(desk: Desk) -> None:
    second_thoughts.place_again(desk, "camp")


ACTS = (seat_an_author, change_the_programme, open_the_board, take_a_post_after_a_start, place_all_again)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_the_longest_write_job_does_not_grow_with_the_event(tmp_path: Path, act: Callable[[Desk], object]) -> None:
    small, large = (longest_job(tmp_path, size, act) for size in SIZES)
    assert large < 1.3 * small
