"""Every post once, though twenty pollers are killed. 40 feeds of 50 posts here; `make chaos` takes 200."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.pollers import Found, kill_pollers


def test_posts_stand_there_once_through_twenty_kills(tmp_path: Path) -> None:
    found = kill_pollers(tmp_path, feeds=40, posts=50, kills=20)
    assert found == Found(kills=20, rounds=found.rounds, lost=0, doubled=0)
