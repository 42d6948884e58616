"""A followed schedule: taken when it changes, told by its ETag when not, and never at the cost of the programme."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from backchannel.config import Settings
from backchannel.desk import events
from backchannel.desk.desk import Desk
from backchannel.desk.grid import edit_grid
from backchannel.desk.schedules import claim, unwatch_schedule, watch_schedule, watched_schedule
from backchannel.domain.errors import BadPass, Forbidden
from backchannel.domain.grid_wire import read_edit
from backchannel.domain.ids import uuid7
from backchannel.domain.model import WatchedSchedule
from backchannel.ingest.schedules.watch import Watcher
from backchannel.passes import Pass, shared
from backchannel.store.sqlite.store import SqliteStore

GRID = "Title,Time,Room,Date\nBees,10:00,Hall,2026-09-05\nSoil,11:00,Hall,2026-09-05\n"
NOON = datetime(2026, 9, 4, 12, 0, tzinfo=UTC)


@dataclass
class Site:
    """A web server with one file."""

    status: int = 200
    body: str = GRID
    asked: list[str | None] = field(default_factory=list)  # the If-None-Match of each request

    def __post_init__(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.headers["If-None-Match"])
                tag = f'"{hash(site.body)}"'
                status = 304 if self.headers["If-None-Match"] == tag else site.status
                self.send_response(status)
                self.send_header("ETag", tag)
                self.end_headers()
                if status != 304:
                    self.wfile.write(site.body.encode())

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/grid.csv"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    desk: Desk
    clock: Clock
    watcher: Watcher
    olive: Pass

    def look(self) -> WatchedSchedule:
        """Let five minutes pass, look, and return what is known of the address."""
        self.clock.now += timedelta(minutes=5)
        self.watcher.tick()
        found = watched_schedule(self.desk.read(), "camp")
        assert found
        return found

    @property
    def rooms(self) -> dict[str, str | None]:
        return {one.title: one.room for one in self.desk.read().sessions("camp")}


@pytest.fixture
def stage(tmp_path: Path, site: Site) -> Iterator[Stage]:
    store, clock = SqliteStore(tmp_path / "camp.db"), Clock()
    desk = Desk(store, clock=clock)
    events.create_event(desk, "camp", title="Camp", timezone="Europe/London", starts=date(2026, 9, 5))
    olive = replace(shared(desk.read().event("camp"), "organiser", 0), key=uuid7(), name="Olive")
    watch_schedule(desk, olive, site.url)
    settings = Settings.from_environment({"BACKCHANNEL_FETCH_ALLOW": "127.0.0.1"}, db=tmp_path / "camp.db")
    yield Stage(desk, clock, Watcher(store, desk, settings), olive)
    store.close()


def test_a_followed_schedule_is_taken_and_told_by_its_tag_when_unchanged(stage: Stage, site: Site) -> None:
    assert stage.look().health == "Read at 13:05."
    assert stage.rooms == {"Bees": "Hall", "Soil": "Hall"}
    number = stage.desk.read().event("camp").programme
    assert stage.look().health == "Unchanged at 13:10."
    assert [tag is None for tag in site.asked] == [True, False]
    site.body = GRID.replace("Soil,11:00,Hall", "Soil,11:00,Loft")
    assert stage.look().health == "Read at 13:15."
    assert stage.rooms == {"Bees": "Hall", "Soil": "Loft"}
    assert stage.desk.read().event("camp").programme == number + 1


def test_it_is_looked_at_no_sooner_than_after_five_minutes(stage: Stage, site: Site) -> None:
    stage.look()
    stage.clock.now += timedelta(minutes=4)
    stage.watcher.tick()
    assert len(site.asked) == 1


def test_what_was_changed_by_hand_stays(stage: Stage, site: Site) -> None:
    stage.look()
    bees = next(one for one in stage.desk.read().sessions("camp") if one.title == "Bees")
    edit_grid(stage.desk, stage.olive, read_edit({"op": uuid7(), "do": "unplace", "session": bees.guid}))
    site.body = GRID.replace("10:00,Hall", "10:30,Barn") + "Tea,12:00,Hall,2026-09-05\n"
    stage.look()
    assert stage.rooms == {"Bees": None, "Soil": "Hall", "Tea": "Hall"}


@pytest.mark.parametrize(("status", "body", "sentence"), [
    (200, "<!doctype html><html></html>", "“{url}” isn't a programme we can read: it is a web page; use the address of the "
     "schedule itself."),
    (200, "Title,Time,Room\n,,\n", "The schedule has no sessions."),
    (500, "", "The schedule's server answered 500. Check the address."),
])  # fmt: skip
def test_a_schedule_that_breaks_leaves_the_programme_and_is_told(
    stage: Stage, site: Site, status: int, body: str, sentence: str
) -> None:
    stage.look()
    site.status, site.body = status, body
    found = stage.look()
    assert (found.failures, found.health) == (1, f"Failed once: {sentence.format(url=site.url)} The programme stays.")
    assert stage.rooms == {"Bees": "Hall", "Soil": "Hall"}
    site.status, site.body = 200, GRID
    assert stage.look().failures == 0


def test_only_one_process_looks_at_a_time(stage: Stage) -> None:
    found = watched_schedule(stage.desk.read(), "camp")
    assert found
    assert claim(stage.desk, found, NOON + timedelta(minutes=2))
    assert not claim(stage.desk, found, NOON + timedelta(minutes=2))


def test_only_organisers_follow_addresses_and_stop(stage: Stage, site: Site) -> None:
    for role in ("scribe", "follower"):
        other = replace(shared(stage.desk.read().event("camp"), role, 0), key=uuid7(), name="Sam")  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            watch_schedule(stage.desk, other, "https://camp.example/")
        with pytest.raises(Forbidden):
            unwatch_schedule(stage.desk, other)
    with pytest.raises(BadPass):
        unwatch_schedule(stage.desk, replace(stage.olive, generation=7))
    unwatch_schedule(stage.desk, stage.olive)
    stage.watcher.tick()
    assert (site.asked, stage.rooms) == ([], {})
