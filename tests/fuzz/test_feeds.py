"""A hundred thousand mutants of the corpus, the same ones every time (`make fuzz` reads five million fresh ones)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MUTANTS = 100_000


@pytest.mark.timeout(600)
def test_a_hundred_thousand_mutated_feeds_break_no_invariant() -> None:
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("feeds.py")), str(MUTANTS), "2009"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
    )
    assert (run.returncode, run.stderr) == (0, "")
