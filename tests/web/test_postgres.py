"""A server on PostgreSQL: the road of a note from a phone to a follower and into an export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stage import Camp


@pytest.fixture
def camp(camp_on_postgres: Camp) -> Camp:
    return camp_on_postgres


def test_a_note_is_kept_followed_and_exported(camp: Camp, tmp_path: Path) -> None:
    ann = camp.join("Ann")
    assert ann.note("Q: who pays for the gutters?")["seq"] == 1
    assert ann.note("Action: Ann asks the council")["seq"] == 2
    assert camp.texts() == ["Q: who pays for the gutters?", "Action: Ann asks the council"]
    assert [json.loads(line)["seq"] for line in camp.export("--format", "ndjson").splitlines()] == [1, 2]
    assert camp.server.run("check").endswith("has no errors.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["unused.log"]
