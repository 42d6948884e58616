"""The audit can fail: plain Socket.IO loses notes, and retrying without ids duplicates them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.chaos.audit import Findings
from tests.chaos.controls import run_control
from tests.chaos.scene import Size
from tests.chaos.weather import FAIR, ROUGH

# No half-open connections: a stock client takes 45 s to notice one.
SMALL = Size(writers=10, notes=500, times=7, followers=2, seconds=240, weather=replace(ROUGH, half_open=0.0))
FINE = Size(writers=10, notes=500, times=0, followers=2, seconds=120, weather=FAIR)


def test_the_control_has_no_findings_without_faults(tmp_path: Path) -> None:
    assert run_control(tmp_path, FINE, "emit") == Findings(notes=500, followers=2)


def test_notes_emitted_once_get_lost(tmp_path: Path) -> None:
    found = run_control(tmp_path, SMALL, "emit")
    print(found.counts())
    assert found.notes == 500
    assert len(found.lost) > 0
    assert found.doubled == []


def test_notes_retried_without_an_id_are_duplicated(tmp_path: Path) -> None:
    found = run_control(tmp_path, SMALL, "retry")
    print(found.counts())
    assert found.notes == 500
    assert len(found.doubled) > 0
    assert found.lost == []
