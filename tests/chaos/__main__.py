"""Run the tests of tests/chaos at full size, one after another, and print the results as Markdown (`make chaos`).

python -m tests.chaos                          everything at full size: two hours
python -m tests.chaos --share 0.1 kills power  two of the runs at a tenth of their size

"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from tests.chaos.controls import run_control
from tests.chaos.faults import LongFaults
from tests.chaos.load import Load, Report, run_load
from tests.chaos.pollers import kill_pollers
from tests.chaos.power import cut_the_power
from tests.chaos.restores import Restores
from tests.chaos.scene import Scene, Size, Tell
from tests.chaos.supervisor import Supervisor
from tests.chaos.trouble import Trouble
from tests.chaos.weather import ROUGH

KILLS = Size(writers=50, notes=50_000, times=500, followers=20, seconds=5400)
FAULTS = Size(writers=20, notes=12_000, times=300, followers=5, seconds=3600)
RESTORES = Size(writers=20, notes=8_000, times=50, followers=5, seconds=1800)
CONTROL = Size(writers=20, notes=5_000, times=50, followers=5, seconds=1800, weather=replace(ROUGH, half_open=0.0))
COPIES = 5_000
ROUND = 500  # copies per server
FEEDS = 200
STALLS = Load(
    followers=50, rate=45, seconds=30, frames=1250, writers=10, filling="é" * 1900, stalling=5, deadline=400
)  # fmt: skip
LOAD = Load(followers=1000, rate=10, seconds=900, drop=True, deadline=2400)

Result = tuple[bool, dict[str, Any]]  # whether the run passed, and its report
Run = Callable[[Path, float, Tell], Result]


def of_a_scene(size: Size, trouble: type[Trouble]) -> Run:
    def run(folder: Path, share: float, tell: Tell) -> Result:
        some = replace(
            size, notes=_some(size.notes, share), times=_some(size.times, share), seconds=120 + size.seconds * share
        )
        outcome = Scene(folder, some, trouble).run(tell)
        return outcome.findings.clean, outcome.findings.counts() | outcome.figures

    return run


def of_a_control(way: Any, found: str) -> Run:
    def run(folder: Path, share: float, tell: Tell) -> Result:
        some = replace(CONTROL, notes=_some(CONTROL.notes, share), times=_some(CONTROL.times, share))
        counts = run_control(folder, some, way).counts()
        return counts[found] > 0, counts

    return run


def of_the_power(folder: Path, share: float, tell: Tell) -> Result:
    """Run the power-loss test in rounds, each with a new server, because a larger database takes longer to copy."""
    rounds = [ROUND] * (_some(COPIES, share) // ROUND) or [_some(COPIES, share)]
    counts = dict.fromkeys(("copies", "acked", "lost", "unsound"), 0)
    for n, copies in enumerate(rounds):
        (folder / str(n)).mkdir()
        found = cut_the_power(folder / str(n), copies, seconds=900, tell=_part_of(tell, n, len(rounds)))
        shutil.rmtree(folder / str(n))
        for name, more in zip(counts, (found.opened, found.acked, len(found.lost), len(found.unsound)), strict=True):
            counts[name] += more
    return not (counts["lost"] or counts["unsound"]), counts


def _part_of(tell: Tell, n: int, parts: int) -> Tell:
    return lambda progress, now: tell((n + progress) / parts, now)


def of_the_pollers(folder: Path, share: float, tell: Tell) -> Result:
    found = kill_pollers(folder, feeds=_some(FEEDS, share), posts=50, kills=20, tell=tell)
    return not (found.lost or found.doubled), asdict(found)


def of_a_crowd(load: Load) -> Run:
    def run(folder: Path, share: float, tell: Tell) -> Result:
        report = run_load(folder, replace(load, seconds=max(10.0, load.seconds * share)), tell)
        return _is_right(report) != load.stock, _told(report)

    return run


def _is_right(report: Report) -> bool:
    return not (report.corrupt or report.silent or report.unequal)


def _told(report: Report) -> dict[str, Any]:
    counts = {"corrupt": len(report.corrupt), "silent": len(report.silent), "unequal": len(report.unequal)}
    return {"notes": report.notes} | counts | report.figures


def _some(number: int, share: float) -> int:
    return max(1, round(number * share))


RUNS: Mapping[str, tuple[str, Run]] = {
    "kills": ("writers, followers, a bad line, a server that is killed", of_a_scene(KILLS, Supervisor)),
    "faults": ("a full disk, a locked database", of_a_scene(FAULTS, LongFaults)),
    "restores": ("a backup restored under a running event", of_a_scene(RESTORES, Restores)),
    "power": ("database and log copied after an ack, and opened", of_the_power),
    "pollers": ("twenty pollers killed over 200 feeds of 50 posts, in every mood", of_the_pollers),
    "stalls": ("one follower in ten reads nothing for 30 s", of_a_crowd(STALLS)),
    "load": ("a thousand followers, all dropped in the middle", of_a_crowd(LOAD)),
    "emit": ("control: stock Socket.IO, emitted once; must lose", of_a_control("emit", "lost")),
    "retry": ("control: sent until acked, without ids; must double", of_a_control("retry", "doubled")),
    "stock": ("control: the stalls on the stock sending path; must corrupt", of_a_crowd(replace(STALLS, stock=True))),
}


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice(list(RUNS)))
@click.option("--share", default=1.0, help="How much of the full size.")
def main(names: tuple[str, ...], share: float) -> None:
    verdicts = [_run(name, *RUNS[name], share) for name in names or RUNS]
    sys.exit(0 if all(verdicts) else 1)


def _run(name: str, words: str, run: Run, share: float) -> bool:
    began = time.monotonic()
    hidden = not sys.stderr.isatty()
    with (
        tempfile.TemporaryDirectory() as folder,
        click.progressbar(length=1000, label=name, show_eta=False, file=sys.stderr, hidden=hidden) as bar,
    ):

        def tell(progress: float, now: str) -> None:
            bar.label = f"{name}: {now}"
            bar.update(int(progress * 1000) - bar.pos)

        right, figures = run(Path(folder), share, tell)
    click.echo(
        f"\n### {name}: {words}\n\n{'as it should be' if right else '**WRONG**'}, {time.monotonic() - began:.0f} s\n"
    )
    for key, value in figures.items():
        click.echo(f"- {key}: {_shown(value)}")
    return right


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {n}" for key, n in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    main()
