"""The polling loop with a real store and desk: due feeds, one request a host, one poller a feed, each post once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Lock, Thread

import pytest
from hostile import Visit, serving, until

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.feeds import add_feed, remove_feed
from backchannel.domain.errors import FeedRefused
from backchannel.domain.model import Event as Camp
from backchannel.domain.model import Feed
from backchannel.ingest.fetch import Answer
from backchannel.ingest.guard import REFUSED
from backchannel.ingest.poller import LEASE, Poller
from backchannel.store.sqlite.store import SqliteStore

NOW = datetime(2009, 6, 13, 9, 45, tzinfo=UTC)
CAMP = Camp(slug="lgc09", title="LocalGovCamp", uid="u", timezone="Europe/London", starts=date(2009, 6, 13))


def rss(*texts: str) -> bytes:
    items = "".join(f"<item><guid>{text}</guid><title>{text}</title></item>" for text in texts)
    return f"<rss version='2.0'><channel><title>#lgc09</title>{items}</channel></rss>".encode()


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Web:
    """A fetcher over addresses and what stands there; knows how many requests a host had at once."""

    pages: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    meanwhile: Callable[[str], None] = lambda url: None
    _at_once: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        with self._lock:
            self.asked.append(url)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self.meanwhile(url)
        with self._lock:
            self._at_once -= 1
        if url not in self.pages:
            raise FeedRefused(REFUSED)
        return Answer(status=200, url=url, body=self.pages[url])


@dataclass
class Place:
    """An event on a store of its own, with a clock that stands still."""

    store: SqliteStore
    clock: Clock
    desk: Desk

    def poller(self, web: Web, **settings: object) -> Poller:
        return Poller(self.store, self.desk, Settings(**settings), web)  # type: ignore[arg-type]

    def add(self, *urls: str) -> None:
        for url in urls:
            add_feed(self.desk, "lgc09", url)

    def feeds(self) -> list[Feed]:
        return self.store.reader().feeds("lgc09")

    def texts(self) -> list[str]:
        return sorted(item.text for item in self.store.reader().items("lgc09"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    store = SqliteStore(tmp_path / "x.db")
    clock = Clock()
    store.write(lambda writer: writer.save_event(CAMP))
    yield Place(store, clock, Desk(store, clock=clock))
    store.close()


def tick(poller: Poller) -> None:
    for thread in poller.tick():
        thread.join()


ONE, TWO, OTHER = "https://one.example/a", "https://one.example/b", "https://other.example/"


def test_every_feed_is_polled_and_its_posts_are_saved(place: Place) -> None:
    place.add(ONE, OTHER)
    done = place.poller(Web({ONE: rss("a", "b")})).run_once("lgc09")
    assert [(polled.feed.url, polled.taken.new, polled.feed.health.partition(":")[0]) for polled in done] == [
        (ONE, 2, "answers 200, last new post 10"),
        (OTHER, 0, "refused"),
    ]
    assert [feed.health for feed in place.feeds()] == [polled.feed.health for polled in done]
    assert place.texts() == ["a", "b"]


def test_a_feed_is_polled_when_it_is_due_and_not_before(place: Place) -> None:
    place.add(ONE)
    web = Web({ONE: rss("a")})
    poller = place.poller(web, fetch_pace=30.0)
    for _ in range(4):
        tick(poller)
        place.clock.wait(15)
    assert web.asked == [ONE, ONE]


def test_the_feeds_of_one_host_wait_for_each_other_and_those_of_others_do_not(place: Place) -> None:
    place.add(ONE, TWO, OTHER)
    web = Web({ONE: rss("a"), TWO: rss("b"), OTHER: rss("c")})
    poller = place.poller(web)
    tick(poller)
    assert sorted(web.asked) == [ONE, OTHER]
    place.clock.wait(59)
    tick(poller)
    assert len(web.asked) == 2
    place.clock.wait(1)
    tick(poller)
    assert sorted(web.asked) == [ONE, TWO, OTHER]


def test_a_host_gets_one_request_at_a_time_even_when_all_feeds_are_due(place: Place) -> None:
    urls = [f"https://one.example/{number}" for number in range(6)]
    place.add(*urls)
    web = Web({url: rss(url) for url in urls})
    place.poller(web).run_once()
    assert (sorted(web.asked), web.most_at_once) == (urls, 1)


def test_different_hosts_are_polled_concurrently(place: Place) -> None:
    urls = [f"https://{number}.example/" for number in range(4)]
    place.add(*urls)
    barrier = Barrier(4, timeout=10)
    web = Web({url: rss(url) for url in urls}, meanwhile=lambda url: barrier.wait() and None)
    place.poller(web).run_once()
    assert web.most_at_once == 4


def test_a_feed_being_polled_is_not_polled_by_another_poller(place: Place) -> None:
    place.add(ONE)
    go = Event()
    web = Web({ONE: rss("a")}, meanwhile=lambda url: go.wait(10) and None)
    first, second = place.poller(web), place.poller(web)
    (looking,) = first.tick()
    assert until(lambda: web.asked == [ONE])
    tick(second)
    go.set()
    looking.join()
    assert web.asked == [ONE]


def test_two_pollers_that_start_together_poll_once(place: Place) -> None:
    place.add(*(f"https://{number}.example/" for number in range(12)))
    web = Web({})
    pollers = [place.poller(web) for _ in range(2)]
    barrier = Barrier(2)

    def run(poller: Poller) -> None:
        barrier.wait()
        tick(poller)

    threads = [Thread(target=run, args=(poller,)) for poller in pollers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(web.asked) == sorted(feed.url for feed in place.feeds())


def test_after_a_poller_dies_its_feed_is_due_when_the_lease_expires(place: Place) -> None:
    place.add(ONE)

    class Died(BaseException):
        pass

    def die(url: str) -> None:
        raise Died

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("threading.excepthook", lambda args: None)
        tick(place.poller(Web({ONE: rss("a")}, meanwhile=die)))
    survivor = place.poller(Web({ONE: rss("a")}))
    tick(survivor)
    assert place.texts() == []
    place.clock.wait(LEASE.total_seconds())
    tick(survivor)
    assert place.texts() == ["a"]


def test_a_post_is_saved_once_however_often_it_arrives(place: Place) -> None:
    place.add(ONE)
    web = Web({ONE: rss("a", "b")})
    poller = place.poller(web)
    poller.run_once()
    web.pages[ONE] = rss("a", "b", "c", "b")
    taken = [polled.taken.new for polled in poller.run_once()]
    assert (taken, place.texts()) == ([1], ["a", "b", "c"])


def dated(*minutes: int) -> bytes:
    items = "".join(
        f"<item><guid>{m}</guid><title>at {m}</title><pubDate>Sat, 13 Jun 2009 09:{m:02}:00 GMT</pubDate></item>"
        for m in minutes
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


def test_a_post_deleted_by_its_author_is_withdrawn_at_the_next_poll(place: Place) -> None:
    place.add(ONE)
    web = Web({ONE: dated(40, 30, 20)})
    poller = place.poller(web)
    poller.run_once()
    web.pages[ONE] = dated(44, 40, 20)
    (polled,) = poller.run_once()
    assert (polled.taken.new, polled.taken.gone, place.texts()) == (1, 1, ["at 20", "at 40", "at 44"])


def test_a_post_that_no_longer_fits_into_the_feed_stays(place: Place) -> None:
    place.add(ONE)
    web = Web({ONE: dated(40, 30, 20)})
    poller = place.poller(web)
    poller.run_once()
    web.pages[ONE] = dated(44, 40, 30)
    poller.run_once()
    assert place.texts() == ["at 20", "at 30", "at 40", "at 44"]


def test_an_internal_error_affects_one_feed_only(place: Place) -> None:
    place.add(ONE, OTHER)

    def stumble(url: str) -> None:
        if url == ONE:
            raise RuntimeError("not a feed's fault")

    web = Web({ONE: rss("a"), OTHER: rss("b")}, meanwhile=stumble)
    done = place.poller(web).run_once()
    assert [re.split("[;:]", polled.feed.health)[0] for polled in done] == [
        "couldn't be saved",
        "answers 200, last new post 10",
    ]
    assert place.texts() == ["b"]


def test_disabled_and_removed_feeds_and_those_of_closed_events_are_not_polled(place: Place) -> None:
    place.add(ONE, TWO, OTHER)
    remove_feed(place.desk, "lgc09", TWO)
    off = replace(next(feed for feed in place.feeds() if feed.url == ONE), off=True)
    place.store.write(lambda writer: writer.save_feed(off))
    web = Web({})
    place.poller(web).run_once()
    place.store.write(lambda writer: writer.save_event(replace(CAMP, closed=True)))
    place.poller(web).run_once()
    assert web.asked == [OTHER]


def test_a_feed_removed_during_a_poll_adds_no_posts(place: Place) -> None:
    place.add(ONE)
    web = Web({ONE: rss("a")}, meanwhile=lambda url: remove_feed(place.desk, "lgc09", url) and None)
    place.poller(web).run_once()
    assert (place.feeds(), place.texts()) == ([], [])


def test_a_quiet_feed_is_polled_rarely_outside_the_event(place: Place) -> None:
    place.add(ONE)
    waits = []
    for day in (0, 1, 30):
        place.clock.now = NOW + timedelta(days=day)
        (polled,) = place.poller(Web({ONE: b"<rss version='2.0'><channel/></rss>"})).run_once()
        assert polled.feed.due_at
        waits.append((polled.feed.due_at - place.clock.now).total_seconds())
    assert [300 <= waits[0] <= 330, 300 <= waits[1] <= 330, 1800 <= waits[2] <= 1980] == [True, True, True]


def test_the_poller_runs_until_it_is_stopped_despite_errors(place: Place) -> None:
    place.add(ONE)
    stop = Event()
    web = Web({ONE: rss("a")})
    poller = place.poller(web)
    due, calls = poller.tick, []

    def tick_and_stumble(event: str | None = None) -> list[Thread]:
        calls.append(event)
        if len(calls) == 1:
            raise RuntimeError("the disk is on fire")
        return due(event)

    poller.tick = tick_and_stumble  # type: ignore[method-assign]
    thread = Thread(target=poller.run_for_ever, args=(stop,))
    thread.start()
    assert until(lambda: place.texts() == ["a"])
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_poller_killed_repeatedly_saves_every_post_once(place: Place) -> None:
    """kill -9 in the middle, over the real network seam; then one that is left to finish."""
    posts = [f"post {number}" for number in range(120)]

    def script(visit: Visit) -> None:
        visit.say("200 OK", rss(*posts[: 10 + 10 * visit.number]))

    with serving(script) as server:
        place.add(server.url)
        words = [sys.executable, str(Path(__file__).with_name("poll_once.py")), str(place.store.path)]
        for number in range(8):
            killed = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            assert killed.stdout
            assert killed.stdout.readline()
            until(lambda wanted=number: len(server.visits) > wanted, 0.2 + number / 20)  # type: ignore[misc]
            killed.kill()
            killed.wait()
        while len(server.visits) < 11:
            subprocess.run(words, check=True, capture_output=True, timeout=60)
    assert place.texts() == sorted(posts)
