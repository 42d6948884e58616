"""Every acked op is in the database files at every moment."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.power import cut_the_power


def test_every_acked_op_is_in_every_copy_of_the_database_and_its_log(tmp_path: Path) -> None:
    found = cut_the_power(tmp_path, times=100, seconds=240)
    assert (found.opened, found.lost, found.unsound) == (100, [], [])
    assert found.acked >= 100


def test_a_copy_of_the_database_without_its_log_lacks_acked_ops(tmp_path: Path) -> None:
    assert cut_the_power(tmp_path, times=5, seconds=120, with_log=False).lost != []
