"""After a change of the grid, items stay with their session, and posts placed only by time are placed again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backchannel.desk import events, posts, programme
from backchannel.desk.desk import Desk
from backchannel.domain.errors import Invalid
from backchannel.domain.model import Entry, Schedule, Session
from backchannel.store.sqlite.store import SqliteStore

TEN = datetime(2026, 6, 13, 10, 0, tzinfo=UTC)


def session(n: int, title: str, starts: datetime) -> Session:
    return Session(
        guid=f"g{n}", slug=f"s{n}", number=n, title=title, room="Hall", starts=starts, ends=starts + timedelta(minutes=40),
        hashtags=(f"camps{n}",),
    )  # fmt: skip


WORMS, BUSES = session(1, "Worms", TEN), session(2, "Buses", TEN + timedelta(hours=1))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(SqliteStore(tmp_path / "camp.db"), clock=lambda: TEN + timedelta(hours=3))
    events.create_event(made, "camp", title="Camp", hashtags=("camp",))
    programme.take_schedule(made, "camp", Schedule(title="Camp", sessions=(WORMS, BUSES)))
    entries = [
        Entry(source_id="1", text="xyzzy", author="@a@e.example", written_at=TEN + timedelta(minutes=10)),
        Entry(source_id="2", text="plugh #camps1", author="@b@e.example", written_at=TEN + timedelta(minutes=10)),
    ]
    posts.take_entries(made, "camp", entries)
    return made


def where(desk: Desk) -> dict[str, tuple[str | None, str]]:
    return {item.text: (item.session, item.placed.method if item.placed else "") for item in desk.read().items("camp")}


def test_a_post_is_placed_by_the_time_or_by_its_hashtag(desk: Desk) -> None:
    assert where(desk) == {"xyzzy": ("g1", "time"), "plugh #camps1": ("g1", "hashtag")}


def test_when_two_sessions_swap_only_posts_placed_by_time_move(desk: Desk) -> None:
    swapped = (session(1, "Worms", TEN + timedelta(hours=1)), session(2, "Buses", TEN))
    programme.take_schedule(desk, "camp", Schedule(title="Camp", sessions=swapped))
    assert where(desk) == {"xyzzy": ("g2", "time"), "plugh #camps1": ("g1", "hashtag")}


def test_items_of_a_session_taken_off_the_grid_move_to_the_hallway(desk: Desk) -> None:
    programme.take_schedule(desk, "camp", Schedule(title="Camp", sessions=(BUSES,)))
    assert {text: session for text, (session, _) in where(desk).items()}["plugh #camps1"] is None
    (page,) = (desk.read().changes("camp", "session/g1", 0, 10).items,)
    assert [type(item).__name__ for item in page] == ["Tombstone", "Tombstone"]


def test_a_merged_session_redirects_and_its_items_move(desk: Desk) -> None:
    programme.merge_sessions(desk, "camp", "s1", "g2")
    assert {session for session, _ in where(desk).values()} == {"g2"}
    assert [(found.guid, found.hashtags) for found in desk.read().sessions("camp")] == [("g2", ("camps2", "camps1"))]
    assert desk.read().session("camp", "s1").merged_into == "g2"
    later = Entry(source_id="9", text="one more #camps1", author="@c@e.example", written_at=TEN + timedelta(minutes=20))
    posts.take_entries(desk, "camp", [later])
    assert where(desk)["one more #camps1"] == ("g2", "hashtag")
    programme.take_schedule(desk, "camp", Schedule(title="Camp", sessions=(WORMS, BUSES)))
    assert [found.guid for found in desk.read().sessions("camp")] == ["g2"]


def test_a_session_cannot_be_merged_into_itself(desk: Desk) -> None:
    with pytest.raises(Invalid):
        programme.merge_sessions(desk, "camp", "s1", "s1")
