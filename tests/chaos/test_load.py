"""Stalled followers in a crowd receive no corrupt byte and never miss a change unnoticed.

The times are printed, not asserted, because they depend on the machine (docs/reliability.md).

"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.load import Load, run_load

CROWD = Load(followers=200, rate=20, seconds=5, drop=True)
# At least 23 KB per frame: the kernel's buffer for a stalled follower is full after 200, the queue after 50 more.
STALLED = Load(
    followers=30, rate=60, seconds=5, frames=300, writers=6, filling="é" * 1900, stalling=3, cap=50
)  # fmt: skip


def test_two_hundred_followers_have_every_note_after_all_were_disconnected_halfway(tmp_path: Path) -> None:
    report = run_load(tmp_path, CROWD)
    print(report.notes, report.figures)
    assert (report.corrupt, report.silent, report.unequal) == ([], [], [])
    assert report.notes >= 100


def test_stalled_followers_are_told_to_resume(tmp_path: Path) -> None:
    report = run_load(tmp_path, STALLED)
    print(report.notes, report.figures)
    assert (report.corrupt, report.silent, report.unequal) == ([], [], [])
    assert report.figures["told to resume"] >= 3
    before, _, after = report.figures["memory of the server, MB"]
    assert after - before < 100


@pytest.mark.timeout(300)
def test_the_stock_sending_path_corrupts_the_stream_of_a_stalled_follower(tmp_path: Path) -> None:
    report = run_load(tmp_path, replace(STALLED, stock=True))
    print(report.notes, report.figures, report.corrupt)
    assert len(report.corrupt) > 0
