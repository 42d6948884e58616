#!/usr/bin/env python3
"""Measure the placing of posts: accuracy, coverage, calibration, the value of each kind of evidence, and the time taken.

    python bench/placing.py EVENT_DIR [--posts posts.ndjson ...]     through the public commands
    python bench/placing.py EVENT_DIR --hindsight                    the same, with second thoughts
    python bench/placing.py EVENT_DIR --pure [--ablation]            the placer alone

EVENT_DIR holds schedule.json (frab/pretalx v1), posts*.ndjson ({"id", "at", "author", "text"} a line) and truth.json
({post id: session guid}). Posts with a session's own hashtag are left out of all figures, because placing them is trivial.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from backchannel.domain.hashtags import hashtags_in
from backchannel.domain.model import Event, Schedule
from backchannel.domain.placing import Placer, Unplaced
from backchannel.domain.placing.weights import WEIGHTS
from backchannel.ingest.schedules import read_schedule

PRECISION = 0.9  # the precision for which coverage is reported
KINDS = {
    "the author": ("tagged", "lasttag", "running", "been"),
    "the timetable": ("newest", "fresh", "ended", "late", "early", "untimed"),
    "how long a session has been quiet": ("quiet",),
    "what was said": ("words", "best"),
    "titles": ("title",),
    "hashtags": ("hashtag",),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """One placed post."""

    session: str | None
    confidence: float
    right: bool


def main() -> None:
    """Run the benchmark and print a table."""
    args = _arguments()
    files = args.posts or sorted(path.name for path in args.event.glob("posts*.ndjson"))
    for name in files:
        print(f"{args.event.name}/{name}")
        started = time.perf_counter()
        answers = _pure(args.event, name) if args.pure else _commanded(args.event, name, hindsight=args.hindsight)
        guesses = _guesses(args.event, name, answers)
        _report(guesses, time.perf_counter() - started)
        if args.ablation:
            _ablation(args.event, name, guesses)
        print()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("event", type=Path)
    parser.add_argument("--posts", action="append", help="file in EVENT_DIR; repeat for more (default: all)")
    parser.add_argument("--pure", action="store_true", help="measure the placer without a database")
    parser.add_argument("--hindsight", action="store_true", help="run `backchannel place` before the export")
    parser.add_argument("--ablation", action="store_true", help="repeat without each kind of evidence (implies --pure)")
    args = parser.parse_args()
    args.pure = args.pure or args.ablation
    return args


# getting answers: post id -> (session, confidence)

Answers = Mapping[str, tuple[str | None, float]]


def _commanded(event: Path, posts: str, *, hindsight: bool = False) -> Answers:
    """Import the schedule and the posts into a new database, place them again with `hindsight`, and export the items."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.ndjson"
        environment = os.environ | {"BACKCHANNEL_DB": str(Path(folder) / "bench.db")}
        commands = (
            ("event", "create", "bench", "--title", "Bench", "--hashtag", _acronym(event)),
            ("import", "schedule", "bench", str(event / "schedule.json")),
            ("import", "posts", "bench", str(event / posts)),
            *((("place", "bench"),) if hindsight else ()),
            ("export", "bench", "--format", "ndjson", "-o", str(out)),
        )
        for number, command in enumerate(commands, 1):
            _bar(number, len(commands), " ".join(command[:2]))
            run = subprocess.run(
                [sys.executable, "-m", "backchannel", *command], env=environment, capture_output=True, text=True
            )
            if run.returncode:
                sys.exit(f"backchannel {' '.join(command)}: {run.stderr.strip()}")
        rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return {row["source_id"]: (row["session"], row["placed"]["confidence"]) for row in rows}


def _pure(event: Path, posts: str, weights: Mapping[str, float] = WEIGHTS) -> Answers:
    programme = read_schedule((event / "schedule.json").read_bytes())
    tag = _acronym(event)
    placer = Placer(Event(slug="bench", title="Bench", hashtags=(tag,)), programme.sessions, programme.rooms, weights)
    answers = {}
    for post in _posts(event, posts):
        unplaced = Unplaced(
            source_id=post["id"], author=post["author"], text=post["text"], at=datetime.fromisoformat(post["at"])
        )
        placed = placer.place(unplaced)
        placer.learn_placed(unplaced, placed)
        answers[post["id"]] = (placed.session, placed.placement.confidence)
    return answers


def _acronym(event: Path) -> str:
    conference = json.loads((event / "schedule.json").read_text("utf-8"))["schedule"]["conference"]
    return str(conference.get("acronym") or event.name)


def _posts(event: Path, name: str) -> Iterator[dict[str, Any]]:
    for line in (event / name).read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _guesses(event: Path, posts: str, answers: Answers) -> list[Guess]:
    """Compare the placements with the truth, without the posts that have a session's own hashtag."""
    truth = json.loads((event / "truth.json").read_text("utf-8"))
    programme: Schedule = read_schedule((event / "schedule.json").read_bytes())
    own = {tag for session in programme.sessions for tag in session.hashtags}
    guesses = []
    for post in _posts(event, posts):
        if own.isdisjoint(hashtags_in(post["text"])):
            session, confidence = answers.get(post["id"], (None, 0.0))
            guesses.append(Guess(session, confidence, session == truth[post["id"]]))
    return guesses


# reporting


def _report(guesses: list[Guess], took: float) -> None:
    unsorted = sum(guess.session is None for guess in guesses) / len(guesses)
    print(
        f"  {len(guesses)} posts to place in {took:.1f} s; accuracy {_share(guesses):.3f}; in the hallway {unsorted:.3f}; "
        f"coverage at precision {PRECISION} {_coverage(guesses):.3f}"
    )
    print("  confidence   posts   stated   right")
    placed = [guess for guess in guesses if guess.session]
    error = 0.0
    for low in range(10):
        ten = [guess for guess in placed if min(int(guess.confidence * 10), 9) == low]
        if ten:
            stated = sum(guess.confidence for guess in ten) / len(ten)
            error += abs(stated - _share(ten)) * len(ten) / len(placed)
            print(f"   {low / 10:.1f} to {low / 10 + 0.1:.1f}   {len(ten):5}    {stated:.2f}    {_share(ten):.2f}")
    print(f"  expected calibration error {error:.3f}")


def _share(guesses: Iterable[Guess]) -> float:
    rights = [guess.right for guess in guesses]
    return sum(rights) / len(rights)


def _coverage(guesses: list[Guess]) -> float:
    """Return the share of posts that can be placed, most confident first, with nine in ten of them right."""
    ranked = sorted((guess for guess in guesses if guess.session), key=lambda guess: -guess.confidence)
    right = reached = 0
    for number, guess in enumerate(ranked, 1):
        right += guess.right
        reached = number if right / number >= PRECISION else reached
    return reached / len(guesses)


def _ablation(event: Path, posts: str, whole: list[Guess]) -> None:
    print("  without                               accuracy")
    for number, (name, kinds) in enumerate(KINDS.items(), 1):
        _bar(number, len(KINDS), f"without {name}")
        weights = WEIGHTS | dict.fromkeys(kinds, 0.0)
        guesses = _guesses(event, posts, _pure(event, posts, weights))
        print(f"   {name:34}   {_share(guesses):.3f}  ({_share(guesses) - _share(whole):+.3f})")


def _bar(done: int, whole: int, what: str) -> None:
    if sys.stderr.isatty():
        width = 30 * done // whole
        end = "\n" if done == whole else ""
        print(f"\r{'█' * width}{'░' * (30 - width)} {what[:40]:40}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
