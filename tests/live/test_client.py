"""Tests of the client library, which is written from docs/protocol.md alone: outbox, view and bad connections."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import backchannel.client
from backchannel.client import Client, Outbox, View, digest_of
from tests.stage import Camp, Server, eventually

ROOT = Path(backchannel.client.__file__).parent
QUICK = (0.02, 0.2)

Make = Callable[..., Client]


@pytest.fixture
def client(camp: Camp) -> Iterator[Make]:
    """Return a function that makes clients of the camp; they are closed after the test."""
    made: list[Client] = []

    def make(role: str = "follower", **more: Any) -> Client:
        at = more.pop("server", camp.server.url)
        made.append(Client(at, camp.slug, pass_=camp.passes[role], waits=QUICK, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def op(n: int) -> dict[str, Any]:
    return {"op": f"op-{n}", "do": "put", "text": str(n)}


def ok(n: int) -> dict[str, Any]:
    return {"op": f"op-{n}", "ok": True, "id": "i", "seq": n, "rev": 1}


def thing(id: str, seq: int, rev: int = 1) -> dict[str, Any]:
    return {"id": id, "seq": seq, "rev": rev, "at": None}


def page(prev: int, seq: int, *items: dict[str, Any]) -> dict[str, Any]:
    return {"channel": "event", "prev": prev, "seq": seq, "items": list(items)}


# --- it knows the page only


def test_the_client_imports_no_other_part_of_backchannel() -> None:
    nodes = [node for path in ROOT.glob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name for name in names if name.startswith("backchannel")} == {
        f"backchannel.client.{path.stem}" for path in ROOT.glob("*.py") if path.stem != "__init__"
    }


# --- the outbox


def test_the_outbox_survives_a_crash_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    box = Outbox(path)
    for n in range(3):
        box.put(op(n))
    box.settle([ok(1)])  # and now the power goes: it is never closed
    assert Outbox(path).batch() == [op(0), op(2)]


def test_only_the_line_cut_short_by_a_crash_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    Outbox(path).put(op(0))
    path.write_text(path.read_text() + json.dumps({"put": op(1)})[:-3])
    again = Outbox(path)
    assert again.batch() == [op(0)]
    again.put(op(2))
    assert Outbox(path).batch() == [op(0), op(2)]


def test_temporary_refusals_stay_in_the_outbox_and_permanent_ones_are_set_aside(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox")
    box.put(op(0))
    box.put(op(1))
    later = {"op": "op-0", "error": {"code": "busy", "permanent": False}}
    never = {"op": "op-1", "error": {"code": "unknown_session", "permanent": True}}
    assert box.settle([later, never]) is True
    for one in (box, Outbox(tmp_path / "outbox")):
        assert (one.batch(), one.refused) == ([op(0)], {"op-1": (op(1), never)})


def test_a_new_epoch_requeues_the_last_thousand_acked_ops_before_new_ones(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox")
    box.meet("first")
    for n in range(1003):
        box.put(op(n))
        box.settle([ok(n)])
    box.put(op(2000))
    box.meet("first")
    assert len(box) == 1
    again = Outbox(tmp_path / "outbox")
    again.meet("second")
    assert len(again) == 1001
    assert [one["op"] for one in again.batch()] == [f"op-{n}" for n in range(3, 53)]


def test_a_batch_holds_fifty_ops_and_48_kilobytes() -> None:
    box = Outbox()
    for n in range(60):
        box.put(op(n))
    assert len(box.batch()) == 50
    long = Outbox()
    for n in range(10):
        long.put(op(n) | {"text": "x" * 20_000})
    assert len(long.batch()) == 2


# --- the view


def test_a_frame_is_applied_ignored_or_reported_as_a_gap() -> None:
    view = View("event")
    assert view.take(page(0, 2, thing("a", 1), thing("b", 2)))
    assert view.take(page(0, 2, thing("a", 1), thing("b", 2)))  # twice: no harm
    assert not view.take(page(4, 5, thing("c", 5)))
    assert view.take(page(1, 4, thing("b", 2), {"id": "a", "seq": 3, "gone": True}, thing("d", 4)))  # an overlap
    assert (view.cursor, view.present()) == (4, [(2, "b", 1), (4, "d", 1)])
    assert view.applied == [(1, "a"), (2, "b"), (3, "a"), (4, "d")]


def test_the_digest_matches_the_protocol() -> None:
    assert digest_of([]) == "e3b0c44298fc1c14"
    view = View("event")
    view.take(page(0, 2, thing("a", 1), thing("b", 2, rev=3)))
    assert view.digest() == digest_of([(2, "b", 3), (1, "a", 1)])


# --- with a server


@pytest.mark.parametrize("sockets", [True, False], ids=["socket", "plain http"])
def test_a_note_of_one_client_appears_in_the_view_of_another(camp: Camp, client: Make, sockets: bool) -> None:
    follower, scribe = client(sockets=sockets), client("scribe", sockets=sockets)
    view = follower.follow("event")
    follower.start()
    scribe.join("Ann")
    scribe.start()
    first = scribe.write("teh wifi", session=camp.guid)
    eventually(lambda: first["op"] in scribe.answers)
    scribe.correct(first["id"], "the wifi", base_rev=scribe.answers[first["op"]]["rev"])
    scribe.write("the tea")
    eventually(lambda: [item["text"] for item in view.reading()] == ["the wifi", "the tea"])
    assert scribe.transport == follower.transport == ("socket" if sockets else "http")
    assert view.digest() == camp.changes("event")["digest"]


def test_hiding_and_moving_are_followed_on_several_channels_at_once(camp: Camp, client: Make) -> None:
    follower, organiser = client(), client("organiser")
    here, there = (follower.follow(f"session/{session['guid']}") for session in camp.sessions[:2])
    follower.start()
    organiser.start()
    note = organiser.write("in the wrong room", session=camp.guid)
    eventually(lambda: list(here.items) == [note["id"]])
    organiser.put(do="move", id=note["id"], session=camp.sessions[1]["guid"])
    eventually(lambda: (list(here.items), list(there.items)) == ([], [note["id"]]))
    organiser.put(do="hide", id=note["id"])
    eventually(lambda: not there.items)
    assert here.applied[-1] == (2, note["id"])


def test_a_permanently_refused_op_keeps_its_text_and_does_not_block_the_next(camp: Camp, client: Make) -> None:
    scribe = client("scribe")
    scribe.start()
    lost = scribe.write("to nowhere", session="nowhere")
    huge = scribe.write("x" * 60_000)
    fine = scribe.write("to the hallway")
    eventually(lambda: scribe.answers.get(fine["op"], {}).get("ok"))
    assert [(op["text"][:10], result["error"]["code"]) for op, result in scribe.outbox.refused.values()] == [
        ("to nowhere", "unknown_session"), ("xxxxxxxxxx", "invalid"),
    ]  # fmt: skip
    assert set(scribe.outbox.refused) == {lost["op"], huge["op"]}


def test_a_revoked_pass_stops_the_sender_and_a_new_one_starts_it_again(camp: Camp, client: Make) -> None:
    scribe = client("scribe")
    scribe.show("nonsense")
    note = scribe.write("patience")
    scribe.start()
    eventually(lambda: scribe.fault)
    assert (scribe.fault.code, len(scribe.outbox)) == ("bad_pass", 1)
    scribe.show(camp.passes["scribe"])
    assert eventually(lambda: scribe.answers.get(note["op"]))["ok"] is True


def test_notes_from_a_clock_a_day_fast_get_the_right_time(camp: Camp, client: Make) -> None:
    fast = timedelta(hours=26)
    scribe = client("scribe", clock=lambda: datetime.now(UTC) + fast)
    scribe.start()
    note = scribe.write("tomorrow, it thinks")
    eventually(lambda: note["op"] in scribe.answers)
    (item,) = camp.changes("event")["items"]
    off = datetime.fromisoformat(item["at"]) - (datetime.fromisoformat(note["written_at"]) - fast)
    assert abs(off) < timedelta(seconds=5)


def test_an_ack_received_during_a_restore_does_not_count(server: Server, tmp_path: Path) -> None:
    camp, copy = Camp.make(server), tmp_path / "copy.db"
    server.run("backup", str(copy))
    scribe = Client(server.url, camp.slug, pass_=camp.passes["scribe"], sockets=False, waits=QUICK)
    take, restored = scribe._http.ops, []

    def take_and_restore(batch: Any) -> dict[str, Any]:
        """Commit the note, restore the database, and return the response with the new epoch."""
        answer = take(batch)
        if answer["results"] and scribe.outbox.epoch and not restored:
            server.run("restore", str(copy))
            restored.append(answer["epoch"])
            scribe._note_epoch(camp.changes("event")["epoch"])
            answer["epoch"] = scribe.outbox.epoch
        return answer

    scribe._http.ops = take_and_restore  # type: ignore[method-assign]
    note = scribe.write("in between")
    scribe.start()
    eventually(lambda: len(scribe.outbox) == 0)
    assert (len(restored), [item["id"] for item in camp.changes("event")["items"]]) == (1, [note["id"]])
    scribe.close()


def test_a_client_that_only_writes_notices_a_restore_and_sends_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backchannel.client.client, "EPOCH_CHECK_S", 0.2)
    camp, copy = Camp.make(server), tmp_path / "copy.db"
    server.run("backup", str(copy))
    scribe = Client(server.url, camp.slug, pass_=camp.passes["scribe"], waits=QUICK)
    scribe.start()
    note = scribe.write("after the backup")
    eventually(lambda: note["op"] in scribe.answers)
    server.run("restore", str(copy))
    eventually(lambda: [item["id"] for item in camp.changes("event")["items"]] == [note["id"]])
    scribe.close()


def test_nothing_is_lost_when_the_server_is_killed_and_restarted(server: Server, tmp_path: Path) -> None:
    camp = Camp.make(server)
    follower = Client(server.url, camp.slug, waits=QUICK)
    scribe = Client(server.url, camp.slug, pass_=camp.passes["scribe"], outbox=tmp_path / "outbox", waits=QUICK)
    view = follower.follow("event")
    follower.start()
    scribe.start()
    scribe.write("before")
    eventually(lambda: len(view.items) == 1)
    server.kill()
    scribe.write("during")
    scribe.close()  # the phone dies too
    again = Client(server.url, camp.slug, pass_=camp.passes["scribe"], outbox=tmp_path / "outbox", waits=QUICK)
    again.start()
    server.start()
    again.write("after")
    eventually(lambda: len(view.items) == 3)
    assert [item["text"] for item in view.items.values()] == ["before", "during", "after"]
    for one in (follower, again):
        one.close()
