#!/usr/bin/env python3
"""Measure the cost of a note as an event grows, through the public API of a real server.

    python bench/writes.py [--sizes 1000,10000,100000] [--sample 1000]      prints a Markdown table

The script posts notes to 20 sessions in batches of 50 with `POST /api/v1/events/<event>/ops`. At each size it times a sample:
the elapsed time and the server's CPU time of a note, each also as a ratio to the first size of the run. The goal is a ratio
of at most 1.2 between 100,000 items and 1,000.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx

sys.path.insert(0, str(Path(__file__).parent.parent))

from backchannel.domain.ids import uuid7
from bench.subjects import ROOT, Backchannel

BATCH = 50
SESSIONS = 20


@dataclass(frozen=True)
class Sample:
    """The cost of a note in milliseconds when the event has `size` items."""

    size: int
    clock_ms: float
    cpu_ms: float


def main() -> None:
    """Grow one event on a fresh server and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--sample", type=int, default=1000, help="notes timed at each size")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples = measure(Path(folder), [int(size) for size in args.sizes.split(",")], args.sample)
    print(table(samples))


def measure(folder: Path, sizes: list[int], sample: int, tree: Path = ROOT) -> list[Sample]:
    """Return a sample for each size, measured on the source tree `tree`."""
    with Backchannel(folder / "bench.db", tree) as server:
        assert isinstance(server, Backchannel)
        writer = Writer(server)
        return [writer.sample(size, sample) for size in sorted(sizes)]


class Writer:
    """A program that posts notes to one event."""

    def __init__(self, server: Backchannel) -> None:
        self._server = server
        made = server.run("event", "create", "large", "--title", "Large", "--json")
        token = json.loads(made)["passes"]["organiser"]
        server.run("import", "schedule", "large", "-", given=_schedule())
        shown = json.loads(server.run("event", "show", "large", "--json"))
        self._sessions = [session["guid"] for session in shown["sessions"]]
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=server.url, headers=headers, timeout=30)
        self._written = 0

    def sample(self, size: int, notes: int) -> Sample:
        """Fill the event up to `size` items, then time the next `notes` notes."""
        while self._written < size:
            self._post(min(BATCH, size - self._written))
        begun, cpu = time.perf_counter(), self._server.cpu_seconds()
        for _ in range(notes // BATCH):
            self._post(BATCH)
        clock, cpu = time.perf_counter() - begun, self._server.cpu_seconds() - cpu
        timed = notes // BATCH * BATCH
        return Sample(size, clock / timed * 1000, cpu / timed * 1000)

    def _post(self, notes: int) -> None:
        answer = self._http.post("/api/v1/events/large/ops", json={"ops": [self._op(n) for n in range(notes)]})
        results = answer.json()["results"]
        if not all(result.get("ok") for result in results):
            sys.exit(f"The server refused a note: {next(result for result in results if not result.get('ok'))}")
        self._written += notes

    def _op(self, n: int) -> dict[str, str]:
        number = self._written + n
        session = self._sessions[number % len(self._sessions)]
        text = f"Line {number}: what the street said about gutters, and who pays for them #rain"
        now = datetime.now(UTC).isoformat()
        return {"op": uuid7(), "id": uuid7(), "do": "put", "session": session, "text": text, "written_at": now}


def table(samples: list[Sample]) -> str:
    """Return the samples as a Markdown table."""
    first = samples[0]
    rows = [
        f"| {one.size:,} | {one.clock_ms:.2f} | {one.clock_ms / first.clock_ms:.2f} "
        f"| {one.cpu_ms:.2f} | {one.cpu_ms / first.cpu_ms:.2f} |"
        for one in samples
    ]
    head = "| items | ms a note | ratio | CPU ms a note | ratio |\n|---|---|---|---|---|"
    return "\n".join([head, *rows])


def _schedule() -> str:
    """Return a schedule as CSV in which all sessions last all day, so that no note is late."""
    day = datetime.now(UTC).date().isoformat()
    rows = [f"Session {n},{day},00:00,23:59,Room {n}" for n in range(SESSIONS)]
    return "\n".join(["title,date,start,end,room", *rows])


if __name__ == "__main__":
    main()
