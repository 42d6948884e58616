"""The audit at the size of CI: twenty writers, twenty-five kills and a bad network lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.scene import Scene, Size

CI = Size(writers=20, notes=2400, times=25, followers=5, seconds=300)


@pytest.mark.timeout(330)
def test_no_note_is_lost_doubled_or_misordered_and_followers_see_the_same(tmp_path: Path) -> None:
    outcome = Scene(tmp_path, CI).run()
    print(outcome.findings.counts(), outcome.figures)
    assert outcome.findings.clean, outcome.findings
    assert outcome.findings.notes == 2400
    line = outcome.figures["line"]
    assert line["cuts"] > line["connections"] / 4  # about three in ten
    assert sum(outcome.figures["happened"].values()) == 25
    assert outcome.figures["at is off by at most, s"] < 10
