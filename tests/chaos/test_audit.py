"""The audit finds every kind of problem, and nothing in a correct run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.chaos.audit import Findings, Kept, Row, Seen, Written, audit, lateness

AT = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)


def row(seq: int, text: str) -> Row:
    return Row(seq=seq, id=f"id {seq}", rev=1, text=text, born=seq, at=AT)


KEPT = Kept(rows=(row(1, "a"), row(2, "b"), row(3, "c")), head=3)
WRITTEN = [Written(writer=0, text="a", acked=1), Written(writer=1, text="b"), Written(writer=0, text="c", acked=3)]
SEEN = Seen(name="Wim", texts=("a", "b", "c"), order=(1, 2, 3), digest=KEPT.digest)


def test_a_correct_run_has_no_findings() -> None:
    assert audit(KEPT, WRITTEN, [SEEN]) == Findings(notes=3, followers=1)


def test_a_note_missing_from_the_database_is_lost_even_if_it_was_never_acked() -> None:
    assert audit(KEPT, [*WRITTEN, Written(writer=1, text="d")], []).lost == ["“d” (acked: None) is not kept"]


def test_a_text_stored_twice_is_doubled() -> None:
    assert audit(replace(KEPT, rows=(*KEPT.rows, row(4, "b"))), WRITTEN, []).doubled == ["“b” stands 2 times"]


def test_notes_stored_out_of_the_writers_order_are_misordered() -> None:
    assert audit(KEPT, WRITTEN[::-1], []).misordered == ["“a” was taken as 1, after 3"]


def test_an_ack_with_the_wrong_seq_is_reported() -> None:
    wrong = [Written(writer=0, text="a", acked=2)]
    assert audit(KEPT, wrong, []).misordered == ["“a” was acked as 2 and stands as 1"]


def test_frames_applied_out_of_order_are_misordered_even_if_the_final_view_is_correct() -> None:
    assert audit(KEPT, [], [replace(SEEN, order=(2, 1, 3))]).misordered == ["Wim was given 1 behind 2"]


def test_a_view_that_differs_from_the_database_is_unequal() -> None:
    assert audit(KEPT, [], [replace(SEEN, texts=("a", "c", "c"))]).unequal == ["Wim lacks 1, has 1 too many, of 3"]
    assert audit(KEPT, [], [replace(SEEN, digest="0")]).unequal == ["Wim has the same texts and another digest"]


def test_a_corrupt_database_file_is_reported() -> None:
    assert audit(replace(KEPT, faults=("row 3 missing from index",)), WRITTEN, [SEEN]).counts()["unsound"] == 1


def test_lateness_is_measured_against_the_true_time() -> None:
    assert lateness(KEPT, [Written(writer=0, text="a", at=AT - timedelta(seconds=3))]) == [3.0]
