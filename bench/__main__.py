#!/usr/bin/env python3
"""Measure pages, crowds, the live path, writing and a phone, in one run; Node and stock Flask-SocketIO beside them.

    make bench                  everything, in about 15 minutes; writes docs/performance.md and its plots
    make bench QUICK=1          one round with small numbers, in under two minutes; prints the tables only
    make bench MILLION=1        the write cost up to a million items as well, in half an hour more

    python -m bench [--quick] [--only pages,live,...] [--tree DIR] [--save FILE] [--write]

`--tree` measures the source tree of another directory, such as a checkout of an earlier version. The servers take turns
in every round, so that a busy minute of the machine falls on all of them; the tables show the median of the rounds.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import FrameType

from bench import browser, growth, live, node_install, pages, report, visitors
from bench.figures import Figures
from bench.live import Setting
from bench.load_client import Program, build
from bench.subjects import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEFORE = Path(__file__).parent / "before.json"
PARTS = ("pages", "door", "crowd", "browser", "live", "followers", "writes")


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float  # of each run of the load
    steps: list[int]  # followers
    crowd: tuple[int, float, int]  # newcomers, seconds, followers
    door: tuple[int, float]
    scroll_seconds: float
    sizes: list[int]
    sample: int
    part_limit_s: int


FULL = Plan(3, 4.0, [100, 500, 1000, 2000, 5000], (500, 10.0, 1000), (500, 5.0), 90.0, [1_000, 10_000, 100_000], 1000, 240)
QUICK = Plan(1, 1.0, [100, 500], (50, 2.0, 200), (50, 1.0), 8.0, [500], 250, 40)


class TookTooLong(RuntimeError):
    """A part of the benchmark that was given up."""


def main() -> None:
    """Measure, print the tables, and write what was asked for."""
    args = _arguments()
    plan, figures, before = (QUICK if args.quick else FULL), Figures(), Figures.load(BEFORE)
    plan = replace(plan, rounds=args.rounds or plan.rounds)
    parts = args.only.split(",") if args.only else list(PARTS)
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder))
        _measure(Setting(args.tree, program, _node(figures), plan.seconds), plan, parts, figures, million=args.million)
    print(report.tables(figures, before))
    print(f"\nThe load client ({program.description}) used at most {figures.client_busy:.0%} of a core.")
    for failure in figures.failures:
        print(f"Not measured: {failure}")
    if args.save:
        figures.save(args.save)
    if args.write:
        _write(figures, before, program, "make bench MILLION=1" if args.million else "make bench")
    figures.say("done")


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
    if {"pages", "door", "crowd", "browser"} & set(parts):
        _attempt("pages", plan.part_limit_s * 3, figures, lambda: _on_pages(setting, plan, parts, figures))
    frame_bytes = 860
    if {"live", "followers"} & set(parts):
        frame_bytes = live.measure_wire(setting, figures)
        figures.say(f"a note is a frame of {frame_bytes} bytes")
    if "live" in parts:
        for number, name in _turns(plan.rounds, live.subjects(setting)):
            one = f"live, round {number}, {name}"
            _attempt(one, plan.part_limit_s, figures, partial(live.measure_live, name, setting, frame_bytes, figures))
    if "followers" in parts:
        for name in live.subjects(setting)[:3]:
            act = partial(growth.measure_followers, name, setting, frame_bytes, plan.steps, figures)
            _attempt(f"followers, {name}", plan.part_limit_s, figures, act)
    if "writes" in parts:
        sizes = [*plan.sizes, 1_000_000] if million else plan.sizes
        limit = 3600 if million else plan.part_limit_s
        _attempt("writes", limit, figures, lambda: growth.measure_writes(setting.tree, sizes, plan.sample, figures))


def _turns(rounds: int, names: list[str]) -> Iterator[tuple[int, str]]:
    """Return who is measured when. The order is turned around every other round."""
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            yield number + 1, name


def _on_pages(setting: Setting, plan: Plan, parts: list[str], figures: Figures) -> None:
    """Measure all that needs the events of 10,000 notes, on a fresh server in each round."""
    program, limit = setting.program, plan.part_limit_s
    for number, house in enumerate(pages.with_house(setting.tree, figures, plan.rounds)):
        if "pages" in parts:
            _attempt("pages", limit, figures, partial(pages.measure_pages, house, figures))
            _attempt("catch-up", limit, figures, partial(pages.measure_catch_up, house, figures))
        if "browser" in parts and number == 0:
            _attempt("browser", limit, figures, partial(browser.measure_browser, house, figures, plan.scroll_seconds))
        if "crowd" in parts and number == 0:
            _attempt("crowd", limit, figures, partial(visitors.measure_crowd, house, program, figures, *plan.crowd))
        if "door" in parts:
            door = partial(visitors.measure_door, house, program, figures)
            _attempt("20 visitors at once", limit, figures, partial(door, "at_once", 20, 0))
            _attempt("500 visitors", limit, figures, partial(door, "in_5_s", *plan.door))


def _attempt(what: str, limit_s: int, figures: Figures, act: Callable[[], None]) -> None:
    """Measure one part. If it fails or takes too long, keep the reason and go on."""
    figures.say(what)
    try:
        with _limit(limit_s):
            act()
    except Exception as fault:
        figures.fail(what, fault)


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Raise `TookTooLong` after so many seconds. Limits may be nested: the inner one is the shorter one."""

    def give_up(_sign: int, _frame: FrameType | None) -> None:
        raise TookTooLong(f"not done in {seconds} s")

    outer = signal.signal(signal.SIGALRM, give_up)
    left = signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(left)
        signal.signal(signal.SIGALRM, outer)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round with small numbers")
    parser.add_argument("--million", action="store_true", help="the write cost up to a million items")
    parser.add_argument("--only", default="", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, help="rounds, instead of 3, or 1 if quick")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the source tree to measure")
    parser.add_argument("--save", type=Path, help="keep the figures as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its plots")
    args = parser.parse_args()
    args.tree = args.tree.resolve()
    return args


if __name__ == "__main__":
    sys.exit(main())
