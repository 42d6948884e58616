#!/usr/bin/env python3
"""Measure the time and memory of write-ups: create and export a large event through the public commands.

    python bench/writeups.py [--items 10000] [--sessions 60] [--formats md,html,...] [--tries 3]      prints a Markdown table

Each export runs in a new process, and the time includes the start of the interpreter. The table shows the quickest try, and
the peak memory of the process and of pandoc. The limits are those in docs/formats.md for 10,000 items in 60 sessions, in
seconds of CPU time ("of a core"). If an export exceeds its limit, the script says so and exits with code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGUN = datetime(2026, 6, 13, 9, 0, tzinfo=UTC)
SLOT = timedelta(minutes=50)
ROOMS = 6
_SAID = (
    "gutter rain bucket street council bus culvert brook map parish flood warning allotment library kitchen meeting "
    "minutes volunteer budget kettle hall keys insurance website password poster who what when again never always "
    "perhaps nobody everybody said asked wants needs pays owns counts mends forgets remembers"
)
WORDS = tuple(_SAID.split())
_HEAD = ("<!-- Backchannel write-up 1 of a session; times in UTC -->", "# Notes", "", "## What was written at the time", "")
LIMITS: dict[str, tuple[float, float]] = {  # CPU seconds, MB of our process
    "md": (2, 200), "html": (2, 200), "json": (2, 200), "site": (10, 0), "docx": (60, 0), "pdf": (60, 0),
}  # fmt: skip


def main() -> None:
    """Run the benchmark and print a table."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.make(args.items, args.sessions, random.Random(args.seed))
        found = json.loads(bench.run("event", "show", "large", "--json"))
        counts = [session["counts"] for session in found["sessions"]]
        print(f"{sum(count['note'] + count['post'] for count in counts):,} items in {len(counts)} sessions\n")
        print("| format | seconds | of a core | MB | MB of pandoc | file, KB |\n|---|---|---|---|---|---|")
        over = [name for name in args.formats.split(",") if not bench.measure(name, args.tries)]
    if over:
        sys.exit(f"Over the limit: {', '.join(over)}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--formats", default="md,html,txt,json,ndjson,csv,ledger.csv,atom,ics,site,docx,odt,epub,pdf")
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Bench:
    """A database in `folder`, with the commands that use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = os.environ | {"BACKCHANNEL_DB": str(folder / "bench.db")}

    def run(self, *words: str, given: str = "") -> str:
        """Run a command and return its output."""
        command = [sys.executable, "-m", "backchannel", *words]
        return subprocess.run(command, env=self.environ, input=given, capture_output=True, text=True, check=True).stdout

    def make(self, items: int, sessions: int, chance: random.Random) -> None:
        """Import items: two thirds are notes by two note-takers a session, one third are posts."""
        self.run("event", "create", "large", "--title", "Large Camp", "--starts", "2026-06-13", "--ends", "2026-06-14")
        self.run("import", "schedule", "large", "-", given=json.dumps(_schedule(sessions)))
        notes = items * 2 // 3
        for n in range(sessions):
            lines = list(_notes(n, notes * (n + 1) // sessions - notes * n // sessions, chance))
            words = ("--session", f"00000000-0000-4000-8000-{n:012}", "--date", _starts(n).date().isoformat())
            self.run("import", "notes", "large", "-", *words, given="\n".join([*_HEAD, *lines, ""]))
        posts = (json.dumps(_post(n, sessions, chance)) + "\n" for n in range(items - notes))
        self.run("import", "posts", "large", "-", given="".join(posts))

    def measure(self, name: str, tries: int) -> bool:
        """Print a row, and return whether the export is within its limit."""
        path = self.folder / f"large.{name}.zip" if name == "site" else self.folder / f"large.{name}"
        busy, seconds, own, pandoc = min(self._export(name, path) for _ in range(tries))
        size = path.stat().st_size / 1024
        children = f"{pandoc:.0f}" if pandoc else ""
        print(f"| {name} | {seconds:.1f} | {busy:.1f} | {own:.0f} | {children} | {size:,.0f} |", flush=True)
        most_seconds, most_memory = LIMITS.get(name, (0, 0))
        return (not most_seconds or busy <= most_seconds) and (not most_memory or own <= most_memory)

    def _export(self, name: str, path: Path) -> tuple[float, float, float, float]:
        """Return the CPU seconds, the elapsed seconds, the command's MB and the MB of its largest child process."""
        look = (
            "import resource, sys; from backchannel.cli.main import cli\n"
            f"cli(['export', 'large', '--format', {name!r}, '-o', {str(path)!r}], standalone_mode=False)\n"
            "for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):\n"
            "    used = resource.getrusage(who); print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)"
        )
        begun = time.perf_counter()
        told = subprocess.run(
            [sys.executable, "-c", look], env=self.environ, capture_output=True, text=True, check=True
        ).stdout.split()
        seconds = time.perf_counter() - begun
        own, busy, pandoc, pandoc_busy = map(float, told)
        return busy + pandoc_busy, seconds, own, pandoc


def _starts(n: int) -> datetime:
    return BEGUN + SLOT * (n // ROOMS)


def _schedule(sessions: int) -> dict[str, Any]:
    days: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for n in range(sessions):
        starts = _starts(n)
        rooms = days.setdefault(starts.date().isoformat(), {})
        rooms.setdefault(f"Room {n % ROOMS + 1}", []).append({
            "guid": f"00000000-0000-4000-8000-{n:012}", "id": n + 1, "date": starts.isoformat(),
            "start": f"{starts:%H:%M}", "duration": "00:45", "room": f"Room {n % ROOMS + 1}",
            "title": f"Session {n + 1} on {WORDS[n % len(WORDS)]}", "abstract": f"Hashtag: #large{n + 1}",
            "persons": [{"id": n, "public_name": f"Leader {n + 1}"}],
        })  # fmt: skip
    listed = [{"index": at, "date": day, "rooms": rooms} for at, (day, rooms) in enumerate(days.items(), 1)]
    conference = {"acronym": "large", "title": "Large Camp", "start": min(days), "end": max(days), "time_zone_name": "UTC"}
    return {"schedule": {"version": "1", "conference": conference | {"days": listed}}}


def _notes(n: int, count: int, chance: random.Random) -> Iterator[str]:
    for at in range(count):
        when = _starts(n) + timedelta(seconds=45 * 60 * at / max(count, 1))
        yield f"- {when:%H:%M} **{('Ann', 'Bob')[at % 2]} {n}:** {_said(at, chance)}"


def _said(at: int, chance: random.Random) -> str:
    words = " ".join(chance.choice(WORDS) for _ in range(chance.randint(4, 28)))
    marked = {0: f"{words}?", 1: f"ACTION: Bob to {words}", 2: f"DECISION: {words}", 3: f"{words} https://example.org/{at}"}
    return marked.get(at % 17, words)


def _post(n: int, sessions: int, chance: random.Random) -> dict[str, str]:
    session = n % sessions
    when = _starts(session) + timedelta(seconds=chance.randint(0, 45 * 60))
    text = f"{_said(n, chance)} #large{session + 1}"
    return {"id": f"p{n}", "at": when.isoformat(), "author": f"@zed{n % 50}@example.social", "text": text,
            "url": f"https://example.social/{n}"}  # fmt: skip


if __name__ == "__main__":
    main()
