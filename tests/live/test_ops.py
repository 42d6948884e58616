"""Ops over plain HTTP are carried out once and always answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backchannel.domain.ids import uuid7
from tests.stage import Camp, put


def test_a_note_is_acked_and_appears_on_its_session_and_the_event(camp: Camp) -> None:
    ann = camp.join("Ann")
    answer = ann.note("Q: who pays?")
    assert answer == {"op": answer["op"], "ok": True, "id": answer["id"], "seq": 1, "rev": 1}
    (item,) = camp.changes()["items"]
    assert {name: item[name] for name in ("id", "seq", "rev", "author", "kind", "text", "html", "state")} == {
        "id": answer["id"], "seq": 1, "rev": 1, "author": "Ann", "kind": "question", "text": "Q: who pays?",
        "html": "who pays?", "state": "visible",
    }  # fmt: skip
    assert item["placed"] == {"method": "explicit", "confidence": 1.0, "reason": "written in this session"}
    assert camp.changes("event")["items"] == [item]


def test_the_same_op_again_gets_the_first_answer_and_adds_nothing(camp: Camp) -> None:
    ann, op = camp.join("Ann"), put("once")
    assert ann.do(op) == ann.do(op | {"sent_at": "2026-01-01T00:00:00+00:00"})
    assert camp.texts("event") == ["once"]


def test_the_same_op_with_another_body_is_refused(camp: Camp) -> None:
    ann, op = camp.join("Ann"), put("once")
    ann.do(op)
    assert ann.do(op | {"text": "twice"})["error"]["code"] == "op_reused"
    assert camp.texts("event") == ["once"]


def test_one_bad_op_does_not_block_its_neighbours(camp: Camp) -> None:
    first, bad, unknown, last = camp.join("Ann").ops(
        put("first"), {"op": "no uuid", "do": "put"}, put("x", session="nowhere"), put("last")
    )
    assert (first["ok"], last["ok"]) == (True, True)
    assert bad["error"]["field"] == "op"
    assert unknown["error"] == {
        "code": "unknown_session", "message": f"There is no session “nowhere” in the event “{camp.slug}”.",
        "permanent": True, "field": "session",
    }  # fmt: skip
    assert camp.texts("event") == ["first", "last"]


def test_an_empty_or_overlong_note_is_refused_with_the_limit_named(camp: Camp) -> None:
    empty, long = camp.join("Ann").ops(put("  \n "), put("x" * 2001))
    assert empty["error"]["message"] == "The note is empty. Nothing was saved."
    assert long["error"]["message"] == "The note has 2001 characters. Shorten it to 2000."
    assert camp.texts("event") == []


def test_a_correction_is_a_revision_and_a_stale_one_returns_the_current_text(camp: Camp) -> None:
    ann, op = camp.join("Ann"), put("teh wifi")
    ann.do(op)
    assert ann.do(op | {"op": uuid7(), "text": "the wifi", "base_rev": 1})["rev"] == 2
    stale = ann.do(op | {"op": uuid7(), "text": "that wifi", "base_rev": 1})
    assert stale["error"]["code"] == "conflict"
    assert (stale["error"]["rev"], stale["error"]["text"]) == (2, "the wifi")
    assert camp.texts("event") == ["the wifi"]


def test_a_retracted_note_leaves_a_tombstone_without_text(camp: Camp) -> None:
    ann, op = camp.join("Ann"), put("oops")
    ann.do(op)
    ann.do({"op": uuid7(), "id": op["id"], "do": "retract"})
    assert camp.changes("event")["items"] == [{"id": op["id"], "seq": 2, "gone": True}]


def test_nobody_can_correct_or_retract_another_persons_note(camp: Camp) -> None:
    op = put("mine")
    camp.join("Ann").do(op)
    bob = camp.join("Bob")
    absent = bob.do({"op": uuid7(), "id": uuid7(), "do": "retract"})["error"]["code"]
    assert bob.do({"op": uuid7(), "id": op["id"], "do": "retract"})["error"]["code"] == absent == "unknown_item"
    assert bob.do(op | {"op": uuid7(), "text": "yours"})["error"]["code"] == "unknown_item"
    assert camp.texts("event") == ["mine"]


def test_followers_and_strangers_cannot_write(camp: Camp) -> None:
    assert camp.person("follower").do(put("hello"))["error"]["code"] == "forbidden"
    stranger = camp.person("follower")
    stranger.token = "nonsense"
    answer = stranger.post("ops", {"ops": [put("hello")]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_pass")


def test_an_organiser_moves_and_hides_and_followers_of_both_sessions_see_it(camp: Camp) -> None:
    op = put("in the wrong room", session=camp.guid)
    camp.join("Ann").do(op)
    organiser, other = camp.person("organiser"), camp.sessions[1]["guid"]
    organiser.do({"op": uuid7(), "id": op["id"], "do": "move", "session": other})
    assert camp.changes()["items"] == [{"id": op["id"], "seq": 2, "gone": True}]
    (moved,) = camp.changes(f"session/{other}")["items"]
    assert moved["placed"]["method"] == "person"
    organiser.do({"op": uuid7(), "id": op["id"], "do": "hide"})
    assert camp.changes("event")["items"] == [{"id": op["id"], "seq": 3, "gone": True}]
    organiser.do({"op": uuid7(), "id": op["id"], "do": "show"})
    assert camp.texts(f"session/{other}") == ["in the wrong room"]


def test_the_time_of_a_note_is_corrected_by_the_phones_clock_offset(camp: Camp) -> None:
    now = datetime.now(UTC)
    fast = timedelta(hours=26)
    written, sent = now - timedelta(minutes=5) + fast, now + fast
    camp.join("Ann").note("late", written_at=written.isoformat(), sent_at=sent.isoformat())
    (item,) = camp.changes()["items"]
    off = datetime.fromisoformat(item["at"]) - (now - timedelta(minutes=5))
    assert abs(off) < timedelta(seconds=5)


def test_a_batch_over_its_limits_is_refused_whole(camp: Camp) -> None:
    answer = camp.join("Ann").post("ops", {"ops": [put("x") for _ in range(51)]})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "A batch can have at most 50 ops; this one has 51."


def test_replacing_passes_revokes_the_old_ones(camp: Camp) -> None:
    ann = camp.join("Ann")
    camp.server.run("event", "pass", camp.slug, "--role", "scribe", "--new")
    answer = ann.post("ops", {"ops": [put("still here?")]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_pass")
