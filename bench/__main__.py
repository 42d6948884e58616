#!/usr/bin/env python3
"""Run all benchmarks: pages, crowds, the live path, writing and a phone, compared with Node and stock Flask-SocketIO.

    make bench                  run everything in about 15 minutes; write docs/performance.md and its plots
    make bench QUICK=1          run one round with small numbers in under two minutes; only print the tables
    make bench MILLION=1        also measure writing up to a million items, which takes half an hour more

    python -m bench [--quick] [--only pages,live,...] [--tree DIR] [--save FILE] [--write]

`--tree` measures the source tree of another directory, such as a checkout of an earlier version. The servers take turns
in every round, so that a busy minute of the machine affects all of them. The tables show the median of the rounds.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench import browser, growth, live, node_install, pages, report, visitors
from bench.attempts import Attempts
from bench.figures import Figures
from bench.live import Setting
from bench.load_client import Program, build
from bench.subjects import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEFORE = Path(__file__).parent / "before.json"
FRAME_BYTES = 860  # used if the size of a frame was not measured
MILLION_LIMIT_S = 3600
PARTS = ("pages", "door", "crowd", "browser", "live", "followers", "writes")


@dataclass(frozen=True)
class Plan:
    """The size of a run."""

    rounds: int
    seconds: float  # of each run of the load
    live: tuple[str, ...]  # servers in the live benchmark
    growing: tuple[str, ...]  # servers measured with more and more followers
    steps: list[int]  # numbers of followers
    crowd: tuple[int, float, int]  # newcomers, seconds, followers
    door: tuple[int, float]
    scroll_seconds: float
    sizes: list[int]
    sample: int
    part_limit_s: int
    limit_s: int  # of the whole run; anything not measured by then is left out


FULL = Plan(
    rounds=3, seconds=4.0, live=live.SUBJECTS, growing=live.SUBJECTS[:3], steps=[100, 500, 1000, 2000, 5000],
    crowd=(500, 10.0, 1000), door=(500, 5.0), scroll_seconds=90.0, sizes=[1_000, 10_000, 100_000], sample=1000,
    part_limit_s=240, limit_s=1200,
)  # fmt: skip
QUICK = Plan(
    rounds=1, seconds=1.0, live=("backchannel", "node", "stock_durable"), growing=live.SUBJECTS[:2], steps=[500],
    crowd=(50, 2.0, 200), door=(50, 1.0), scroll_seconds=6.0, sizes=[1_000], sample=250, part_limit_s=40, limit_s=115,
)  # fmt: skip


def main() -> None:
    """Run the benchmarks, print the tables and write the files named in the options."""
    args = _arguments()
    plan, figures, before = (QUICK if args.quick else FULL), Figures(), Figures.load(BEFORE)
    plan = replace(plan, rounds=args.rounds or plan.rounds)
    parts = args.only.split(",") if args.only else list(PARTS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are stopped and figures saved
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder))
        try:
            _measure(Setting(args.tree, program, _node(figures), plan.seconds), plan, parts, figures, million=args.million)
        finally:
            _show(figures, before, program)
            if args.save:
                figures.save(args.save)
    if args.write:
        _write(figures, before, program, "make bench MILLION=1" if args.million else "make bench")
    figures.say("done")


def _show(figures: Figures, before: Figures, program: Program) -> None:
    print(report.tables(figures, before))
    print(f"\nThe load client ({program.description}) used at most {figures.client_busy:.0%} of a core.")
    for failure in figures.failures:
        print(f"Not measured: {failure}")


def _write(figures: Figures, before: Figures, program: Program, command: str) -> None:
    pictures = report.plots(figures, PAGE.parent / "images")
    report.replace_generated(PAGE, report.generated(figures, before, command, program.description, pictures))


def _node(figures: Figures) -> str | None:
    try:
        return node_install.install()
    except Exception as fault:
        figures.fail("Node", fault)
        return None


def _measure(setting: Setting, plan: Plan, parts: list[str], figures: Figures, *, million: bool) -> None:
    attempt = Attempts(figures, plan.part_limit_s, plan.limit_s + (MILLION_LIMIT_S if million else 0))
    if {"pages", "door", "crowd", "browser"} & set(parts):
        attempt("events for the pages", partial(_on_pages, setting, plan, parts, figures, attempt), plan.limit_s)
    frame_bytes = FRAME_BYTES
    if {"live", "followers"} & set(parts):
        attempt("bytes of a note", partial(live.measure_wire, setting, figures))
        frame_bytes = round(figures.median("wire.plain") or FRAME_BYTES)
    if "live" in parts:
        for number, name in _turns(plan.rounds, live.available(setting, plan.live)):
            act = partial(live.measure_live, name, setting, frame_bytes, figures)
            attempt(f"live, round {number}, {name}", act)
    if "followers" in parts:
        for name in live.available(setting, plan.growing):
            attempt(f"followers, {name}", partial(growth.measure_followers, name, setting, frame_bytes, plan.steps, figures))
    if "writes" in parts:
        sizes = [*plan.sizes, 1_000_000] if million else plan.sizes
        act = partial(growth.measure_writes, setting.tree, sizes, plan.sample, figures)
        attempt("writes", act, MILLION_LIMIT_S if million else None)


def _turns(rounds: int, names: list[str]) -> Iterator[tuple[int, str]]:
    """Return the order in which servers are measured; every other round reverses it."""
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            yield number + 1, name


def _on_pages(setting: Setting, plan: Plan, parts: list[str], figures: Figures, attempt: Attempts) -> None:
    """Run the benchmarks that need events of 10,000 notes, each round on a new server."""
    with closing(pages.houses(setting.tree, figures, plan.rounds)) as houses:
        for number, house in enumerate(houses):
            if "pages" in parts:
                attempt("pages", partial(pages.measure_pages, house, figures))
                attempt("catch-up", partial(pages.measure_catch_up, house, figures))
            if "browser" in parts and number == 0:
                attempt("browser", partial(browser.measure_browser, house, figures, plan.scroll_seconds))
            if "crowd" in parts and number == 0:
                attempt("crowd", partial(visitors.measure_crowd, house, setting.program, figures, *plan.crowd))
            if "door" in parts:
                door = partial(visitors.measure_door, house, setting.program, figures)
                attempt("20 visitors at once", partial(door, "at_once", 20, 0))
                attempt("500 visitors", partial(door, "in_5_s", *plan.door))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="run one round with small numbers")
    parser.add_argument("--million", action="store_true", help="measure writing up to a million items")
    parser.add_argument("--only", default="", help=f"run only these parts: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, help="number of rounds (default 3, or 1 with --quick)")
    parser.add_argument("--tree", type=Path, default=ROOT, help="source tree to measure")
    parser.add_argument("--save", type=Path, help="save the figures as JSON")
    parser.add_argument("--write", action="store_true", help="update docs/performance.md and its plots")
    args = parser.parse_args()
    args.tree = args.tree.resolve()
    return args


if __name__ == "__main__":
    sys.exit(main())
