"""Repeated notes fold into one with both names, and similar but different notes do not."""

from __future__ import annotations

import pytest

from backchannel.domain.model import Item
from backchannel.writeup.compose import compose_event, compose_session
from tests.writeup.camp import RAIN, at, item, record


def folded(*items: Item) -> list[tuple[str, list[str]]]:
    """(text, texts of those below it) of the notes, then of the posts."""
    made = compose_session(record(*items), RAIN)
    return [(line.item.text, [other.item.text for other in line.others]) for line in (*made.notes, *made.posts)]


DEVON = "Devon has a draft policy on rain already"


@pytest.mark.parametrize(
    ("other", "one"),
    [
        ("Devon has already a draft policy on rain", True),
        ("devon has a draft policy on rain already!", True),
        ("Devon has a draft policy on snow", False),
        ("Devon has not a draft policy on rain already", False),
        ("Devon has 2 draft policies on rain already", False),
        ("Q: Devon has a draft policy on rain already", False),
    ],
)
def test_near_identical_notes_of_two_people_fold_with_both_wordings(other: str, one: bool) -> None:
    a, b = item(DEVON, "Ann", at("10:02")), item(other, "Bob", at("10:03"))
    assert folded(a, b) == ([(DEVON, [other])] if one else [(DEVON, []), (other, [])])


def test_one_person_s_notes_never_fold() -> None:
    assert folded(item(DEVON, "Ann", at("10:02")), item(DEVON + "!", "Ann", at("10:03"))) == [
        (DEVON, []),
        (DEVON + "!", []),
    ]


def test_the_same_note_an_hour_later_does_not_fold() -> None:
    assert folded(item(DEVON, "Ann", at("9:30")), item(DEVON, "Bob", at("10:40"))) == [(DEVON, []), (DEVON, [])]


@pytest.mark.parametrize("text", ["PLEDGE: paint the shed green by June", "Hear hear!", "+1"])
def test_pledges_never_fold_and_agreement_folds_only_when_identical(text: str) -> None:
    lines = folded(item(text, "Ann", at("10:02")), item(text, "Bob", at("10:03")))
    assert lines == ([(text, []), (text, [])] if text.startswith("PLEDGE") else [(text, [text])])


def test_two_actions_with_different_names_do_not_fold() -> None:
    texts = [f"ACTION: {name} to count the gutters in the main street" for name in ("Ann", "Bob")]
    made = compose_session(record(item(texts[0], "Ann", at("10:02")), item(texts[1], "Bob", at("10:03"))), RAIN)
    assert [commitment.owner for commitment in made.commitments] == ["Ann", "Bob"]


def test_the_same_words_by_two_speakers_do_not_fold() -> None:
    texts = ["Carl: we need a map of all gutters", "Dee: we need a map of all gutters"]
    assert folded(item(texts[0], "Ann", at("10:02")), item(texts[1], "Bob", at("10:03"))) == [
        (text, []) for text in texts
    ]


def test_a_note_with_bullets_below_it_does_not_move() -> None:
    a, b = item(DEVON, "Ann", at("10:02")), item(DEVON, "Bob", at("10:03"))
    below = item("from last year", "Bob", at("10:04"), depth=1)
    assert folded(a, b, below) == [(DEVON, []), (DEVON, []), ("from last year", [])]


def post(text: str, author: str, clock: str = "10:05", **more: object) -> Item:
    return item(text, author, at(clock), origin="post", **more)


WET = "so much rain on the roof of the hall"


def test_reshares_fold_below_the_post() -> None:
    shared = [post(f"RT @zed: {WET}", "@eve"), post(WET, "@fay", "10:30"), post(f"♻️ {WET}", "@gus")]
    assert folded(post(WET, "@zed"), *shared) == [(WET, [one.text for one in shared])]


def test_a_post_received_twice_is_listed_once() -> None:
    url = "https://example.social/1"
    assert folded(post("lol", "@zed", url=url), post("lol!", "@zed", url=url)) == [("lol", ["lol!"])]
    assert folded(post("lol", "@zed"), post("lol", "@zed", "11:00")) == [("lol", ["lol"])]
    assert folded(post("lol", "@zed"), post("lol", "@eve")) == [("lol", []), ("lol", [])]


def test_a_folded_item_counts_once_in_the_ledger_and_stays_in_the_items() -> None:
    asked = "Who pays for the gutters in the main street?"
    made = compose_event(record(item(asked, "Ann", at("10:02")), item(asked, "Bob", at("10:03"))))
    assert [due.line.item.author for due in made.ledger] == ["Ann"]
    assert len(made.items) == 2
    assert made.sessions[0].notes[0].voices == ("Ann", "Bob")
