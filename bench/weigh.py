#!/usr/bin/env python3
"""Learn the weights for placing from events with known answers, and print them beside the current weights.

    python bench/weigh.py EVENT_DIR... [--rounds 3] [--steps 120]

The model is a conditional logit with a small L2 penalty. The evidence for a post depends on earlier placements, so the
script trains as in DAgger (Ross, Gordon, Bagnell 2011): first on a run in which every earlier placement was right, then also
on runs with the placer's own guesses. Kinds of evidence without cases ("settled" in weights.py) keep their weights. The
script takes some minutes and writes no files.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backchannel.domain.model import Event, Placement
from backchannel.domain.placing import Placed, Placer, Unplaced
from backchannel.domain.placing.evidence import Columns
from backchannel.domain.placing.weights import WEIGHTS
from backchannel.ingest.schedules import read_schedule

LEARNT = (
    "tagged", "lasttag", "running", "been", "newest", "fresh", "ended", "late", "early", "quiet", "words", "best", "title",
)  # fmt: skip
PULL = 0.0006  # the L2 penalty of a case
STEP = 0.08


@dataclass(frozen=True, slots=True)
class Case:
    """A post: the evidence of each kind for each session, and the index of the right session."""

    columns: dict[str, dict[int, float]]
    sessions: int
    right: int


def main() -> None:
    """Learn the weights and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=120)
    args = parser.parse_args()
    runs = [(event, posts.name) for event in args.events for posts in sorted(event.glob("posts*.ndjson"))]
    weights, cases = dict(WEIGHTS), []
    for number in range(args.rounds):
        cases += [case for event, posts in runs for case in _cases(event, posts, weights, told=number == 0)]
        weights = _learn(cases, weights, args.steps, f"round {number + 1} of {args.rounds}, {len(cases)} cases")
    for kind in LEARNT:
        print(f"{kind:10} in use {WEIGHTS[kind]:6.2f}   learnt {weights[kind]:6.2f}")


def _cases(event: Path, posts: str, weights: dict[str, float], *, told: bool) -> Iterator[Case]:
    """Return the posts without a session's hashtag and their evidence; `told` corrects every earlier placement."""
    programme = read_schedule((event / "schedule.json").read_bytes())
    truth = json.loads((event / "truth.json").read_text("utf-8"))
    number = {session.guid: n for n, session in enumerate(programme.sessions)}
    event_of = Event(slug="bench", title="", hashtags=(event.name,))
    placer = Placer(event_of, programme.sessions, programme.rooms, weights)
    for line in (event / posts).read_text("utf-8").splitlines():
        row = json.loads(line)
        at = datetime.fromisoformat(row["at"])
        post = Unplaced(source_id=row["id"], author=row["author"], text=row["text"], at=at)
        columns = placer._evidence.of(post, placer._memory)
        placed = placer.place(post)
        if not columns["hashtag"]:
            right = truth[row["id"]]
            yield Case(_numbered(columns, number), len(number), number[right])
            if told:
                sure = Placement(method="time", confidence=1.0, reason="")
                placed = Placed(session=right, placement=sure)
        placer.learn_placed(post, placed)


def _numbered(columns: Columns, number: dict[str, int]) -> dict[str, dict[int, float]]:
    return {kind: {number[guid]: value for guid, value in columns.get(kind, {}).items()} for kind in LEARNT}


def _learn(cases: list[Case], weights: dict[str, float], steps: int, what: str) -> dict[str, float]:
    """Optimise the weights with Adam, using all cases at each step."""
    weights, first, second = dict(weights), dict.fromkeys(LEARNT, 0.0), dict.fromkeys(LEARNT, 0.0)
    for step in range(1, steps + 1):
        slope = _slope(cases, weights)
        for kind in LEARNT:
            first[kind] = 0.9 * first[kind] + 0.1 * slope[kind]
            second[kind] = 0.99 * second[kind] + 0.01 * slope[kind] ** 2
            pace = first[kind] / (1 - 0.9**step) / (math.sqrt(second[kind] / (1 - 0.99**step)) + 1e-8)
            weights[kind] += STEP * (1 - step / (steps + 1)) * pace
        _bar(step, steps, what)
    return weights


def _slope(cases: list[Case], weights: dict[str, float]) -> dict[str, float]:
    """Return the mean gradient of the log-likelihood."""
    slope = dict.fromkeys(LEARNT, 0.0)
    for case in cases:
        scores = [0.0] * case.sessions
        for kind in LEARNT:
            weight = weights[kind]
            for session, value in case.columns[kind].items():
                scores[session] += weight * value
        top = max(scores)
        shares = [math.exp(score - top) for score in scores]
        whole = sum(shares)
        for kind in LEARNT:
            column = case.columns[kind]
            expected = sum(shares[session] * value for session, value in column.items()) / whole
            slope[kind] += column.get(case.right, 0.0) - expected
    return {kind: slope[kind] / len(cases) - PULL * weights[kind] for kind in LEARNT}


def _bar(done: int, whole: int, what: str) -> None:
    if sys.stderr.isatty():
        width = 30 * done // whole
        end = "\n" if done == whole else ""
        print(f"\r{'█' * width}{'░' * (30 - width)} {what}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
