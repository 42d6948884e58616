#!/usr/bin/env python3
"""Measure a round of polling feeds: once with all posts new, once with 304 responses, once with unchanged bytes.

    python bench/feeds.py [--feeds 200] [--posts 50] [--rounds 5]

The figures are CPU seconds of this process and of the child processes that parse feeds. The feed server is another process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.feeds import add_feed
from backchannel.domain.model import Event
from backchannel.ingest import entries
from backchannel.ingest.poller import Poller
from backchannel.store.sqlite.store import SqliteStore

HOSTS = Path(__file__).parent.parent / "tests" / "chaos" / "many_feeds.py"


def main() -> None:
    """Run the benchmark and print a table."""
    args = _arguments()
    words = [sys.executable, str(HOSTS), str(args.feeds), str(args.posts), "steady"]
    hosts = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert hosts.stdout
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "bench.db")
        store.write(lambda writer: writer.save_event(Event(slug="camp", title="Camp", uid="u")))
        desk = Desk(store)
        for url in hosts.stdout.readline().split():
            add_feed(desk, "camp", url)
        poller = Poller(store, desk, Settings(fetch_allow=("127.0.0.1",)))
        full = _tell("everything is new", poller)
        steady = [_tell("304", poller) for _ in range(args.rounds)]
        same = [_same_bytes(store, poller) for _ in range(args.rounds)]
        kept = len(store.reader().items("camp"))
    assert hosts.stdin
    hosts.stdin.close()
    hosts.wait()
    print(f"\n{kept} posts kept of {args.feeds * args.posts}")
    for name, costs in {"304": steady, "the same bytes": same}.items():
        cost = sorted(costs)[len(costs) // 2]
        print(f"{name}: 1/{full / cost:.0f} of a full round ({cost * 1000 / args.feeds:.1f} ms a feed)")


def _same_bytes(store: SqliteStore, poller: Poller) -> float:
    """Poll all feeds without their validators, so that the server sends full responses."""
    for feed in store.reader().feeds("camp"):
        store.write(lambda writer, feed=feed: writer.save_feed(replace(feed, etag=None)))  # type: ignore[misc]
    return _tell("the same bytes", poller)


def _tell(name: str, poller: Poller) -> float:
    """Return the CPU seconds of a round, including ended child processes. Raises if a feed failed."""
    entries._CHILDREN.end()
    before, began = _cpu(), time.perf_counter()
    failed = [polled.feed for polled in poller.run_once() if polled.feed.failures]
    entries._CHILDREN.end()
    if failed:
        sys.exit(f"{len(failed)} feeds failed, {failed[0].url} for one: {failed[0].health}")
    spent = _cpu() - before
    print(f"{name}: {spent:.2f} s of CPU, {time.perf_counter() - began:.1f} s")
    return spent


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--posts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
