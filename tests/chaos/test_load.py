"""A crowd, and some in it whose phones stop reading: nobody is sent a broken byte, nobody misses anything without knowing.

The times are printed, not asserted: they are the machine's as much as ours (docs/reliability.md).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.load import Load, run_load

CROWD = Load(followers=200, rate=20, seconds=5, drop=True)
# 23 KB a frame on the wire, at least: what the kernel buffers for a stalled follower is full after 200, her queue after 50 more.
STALLED = Load(
    followers=30, rate=60, seconds=5, frames=300, writers=6, filling="é" * 1900, stalling=3, cap=50
)  # fmt: skip


def test_two_hundred_followers_have_every_note_though_all_are_dropped_in_the_middle(tmp_path: Path) -> None:
    report = run_load(tmp_path, CROWD)
    print(report.notes, report.figures)
    assert (report.corrupt, report.silent, report.unequal) == ([], [], [])
    assert report.notes >= 100


def test_followers_who_stall_are_told_to_resume_and_cost_little(tmp_path: Path) -> None:
    report = run_load(tmp_path, STALLED)
    print(report.notes, report.figures)
    assert (report.corrupt, report.silent, report.unequal) == ([], [], [])
    assert report.figures["told to resume"] >= 3
    before, _, after = report.figures["memory of the server, MB"]
    assert after - before < 100


@pytest.mark.timeout(300)
def test_the_stock_path_corrupts_the_stream_of_a_follower_who_stalls(tmp_path: Path) -> None:
    report = run_load(tmp_path, replace(STALLED, stock=True))
    print(report.notes, report.figures, report.corrupt)
    assert len(report.corrupt) > 0
