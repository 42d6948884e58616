"""Kill a poller (SIGKILL) again and again over many unreliable feeds, then let one finish."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from backchannel.desk.desk import Desk
from backchannel.desk.feeds import add_feed
from backchannel.domain.model import Event
from backchannel.store.sqlite.store import SqliteStore
from tests.chaos.many_feeds import Hosts, text_of
from tests.chaos.scene import Tell
from tests.stage import eventually

POLL_ONCE = Path(__file__).parent.parent / "ingest" / "poll_once.py"
MOST_ROUNDS = 12  # rounds for the pollers that may finish: five kinds of response, and some spare


@dataclass(frozen=True, slots=True)
class Found:
    kills: int
    rounds: int  # rounds of the pollers that finished
    lost: int
    doubled: int


def quietly(progress: float, now: str) -> None:
    """Report nothing."""


def kill_pollers(folder: Path, *, feeds: int, posts: int, kills: int, seed: int = 1, tell: Tell = quietly) -> Found:
    """Kill each poller after a few more requests, at a moment derived from `seed`."""
    random = Random(seed)
    store = SqliteStore(folder / "killed.db")
    store.write(lambda writer: writer.save_event(Event(slug="camp", title="Camp", uid="u")))
    wanted = {text_of(feed, post) for feed in range(feeds) for post in range(posts)}
    rounds = 0
    with Hosts(feeds, posts).serving() as hosts:
        for url in hosts.urls:
            add_feed(Desk(store), "camp", url)
        for number in range(kills):
            _kill_one(store.path, hosts, random.randint(1, max(feeds // 4, 2)))
            tell((number + 1) / (kills + MOST_ROUNDS), f"{number + 1} killed")
        while rounds < MOST_ROUNDS and (rounds == 0 or len(_texts(store)) < len(wanted)):
            subprocess.run(
                [sys.executable, str(POLL_ONCE), str(store.path)], check=True, capture_output=True, timeout=600
            )
            rounds += 1
    found = _texts(store)
    store.close()
    return Found(kills, rounds, lost=len(wanted - set(found)), doubled=sum(count - 1 for count in found.values()))


def _kill_one(db: Path, hosts: Hosts, visits: int) -> None:
    asked = hosts.visits.total()
    killed = subprocess.Popen(
        [sys.executable, str(POLL_ONCE), str(db)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    eventually(lambda: hosts.visits.total() >= asked + visits or killed.poll() is not None, 60)
    assert killed.poll() is None, "the poller was through before it could be killed"
    killed.kill()
    killed.wait()
    if killed.stdout:
        killed.stdout.close()


def _texts(store: SqliteStore) -> Counter[str]:
    return Counter(item.text for item in store.reader().items("camp"))
