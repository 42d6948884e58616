"""Every post is saved once although twenty pollers are killed. Here with 40 feeds of 50 posts; `make chaos` uses 200 feeds."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.pollers import Found, kill_pollers


def test_every_post_is_saved_once_although_twenty_pollers_are_killed(tmp_path: Path) -> None:
    found = kill_pollers(tmp_path, feeds=40, posts=50, kills=20)
    assert found == Found(kills=20, rounds=found.rounds, lost=0, doubled=0)
