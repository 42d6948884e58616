from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.data import Camp, make_event
from bench.load_client import SOURCES, LoadClient, Program, build
from bench.subjects import Backchannel

FOLLOWERS, NOTES_A_SECOND, SECONDS = 5, 20, 1


@pytest.fixture(scope="module")
def camp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Camp]:
    with Backchannel(tmp_path_factory.mktemp("bench") / "bench.db") as server:
        assert isinstance(server, Backchannel)
        yield make_event(server, "live")


@pytest.fixture(params=["compiled", "python"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    return build(tmp_path) if request.param == "compiled" else Program((sys.executable, str(SOURCES / "load.py")), "", False)


def test_every_note_is_delivered_to_every_follower_and_acknowledged(camp: Camp, program: Program) -> None:
    with LoadClient(program, camp.server.port) as client:
        camp.script().tell(client)
        client.connect("writers", 2)
        client.connect("followers", FOLLOWERS)
        answer = client.open(NOTES_A_SECOND, SECONDS)
    kept = {name: answer[name] for name in ("followers", "writers", "refused", "missing", "doubled", "dead")}
    assert kept == {"followers": FOLLOWERS, "writers": 2, "refused": 0, "missing": 0, "doubled": 0, "dead": 0}
    assert answer["acked"] == answer["notes"] > 0
    assert answer["deliveries"] == answer["notes"] * FOLLOWERS


def test_a_refused_note_is_counted(camp: Camp, program: Program) -> None:
    with LoadClient(program, camp.server.port) as client:
        camp.script().tell(client)
        client.tell('note 42%A["ops",{"event":"nowhere","ops":[{"op":"%U"}]}]', "drain 0")
        client.connect("writers", 1)
        answer = client.open(NOTES_A_SECOND, SECONDS)
    assert answer["refused"] == answer["acked"] > 0
