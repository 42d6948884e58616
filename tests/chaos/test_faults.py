"""A full disk, a locked database or a restored backup loses nothing and needs no restart of the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.faults import Faults
from tests.chaos.restores import Restores
from tests.chaos.scene import Scene, Size


@pytest.mark.timeout(330)
def test_a_full_disk_and_a_locked_database_lose_nothing_and_do_not_stop_reads(tmp_path: Path) -> None:
    outcome = Scene(tmp_path, Size(writers=8, notes=800, times=20, followers=3, seconds=300), Faults).run()
    print(outcome.findings.counts(), outcome.figures)
    assert outcome.findings.clean, outcome.findings
    assert outcome.figures["happened"] == {"full": 13, "locked": 6, "locked for long": 1}
    assert set(outcome.figures["reads"]) == {"200"}
    assert outcome.figures["slowest read, s"] < 5
    assert set(outcome.figures["writes"]) == {"200", "503 busy, again in 5 s", "503 disk_full, again in 5 s"}


@pytest.mark.timeout(330)
def test_a_backup_restored_under_a_running_event_loses_nothing_because_phones_resend(tmp_path: Path) -> None:
    outcome = Scene(tmp_path, Size(writers=8, notes=320, times=2, followers=3, seconds=300), Restores).run()
    print(outcome.findings.counts(), outcome.figures)
    assert outcome.findings.clean, outcome.findings
    assert outcome.figures["happened"] == {"restored": 2}
