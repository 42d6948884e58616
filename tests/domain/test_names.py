"""Removing names: full names, parts, handles and links; possible names are reported."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.domain.model import Event, Item, Placement, Record, Session
from backchannel.domain.names import Names, doubtful, without_names
from backchannel.domain.people import PARTICIPANT
from backchannel.domain.wire import fold


def known(*names: str) -> Names:
    made = Names()
    for name in names:
        made.add(name)
    return made


@pytest.mark.parametrize(
    ("name", "typed", "left"),
    [
        ("Ann", "Ann said: ask ann, or ANN’s sister Anna", "P said: ask P, or P’s sister Anna"),
        ("Ann Lee", "Ann Lee, ann lee, A. Lee, ann, Lee by the lee", "P, P, A. P, P, P by the lee"),
        ("Will Lee", "Will will, will he?", "P will, will he?"),
        ("Will", "Will will", "P"),
        ("José", "jose, JOSÉ and Jose\u0301", "P, P and P"),
        ("Jake_Holland", "Jake Holland and _Jake_Holland_", "P and _P_"),
        ("J. Doe", "J. Doe and J Doe, j.doe", "P and P, P"),
        ("@zed@example.social", "@zed, @zed@example.social, Zed and zed@example.org", "P, P, P and P"),
        ("Chris and Nils", "Nils, then Chris", "P, then P"),
        ("Ann Lee (she/her)", "Ann and she, her", "P and she, her"),
        ("The Team", "the team met The Team", "P met P"),
        ("Strauß", "STRAUSS", "P"),
        ("王小明", "王小明说好", "P说好"),
        ("🌻", "🌻 waters the beds", "P waters the beds"),
        ("Ann", "#Ann ann-marie (ann) **Ann** `ann`", "P-marie (P) **P** `P`"),
        ("A", "a bus and A: yes", "a bus and A: yes"),
        ("Note-taker", "every note-taker", "every note-taker"),
        ("@all", "@all of you", "@all of you"),
        ("Ann", "the map: https://example.org/ann/map, [Ann's map](https://example.org/m)",
         "the map: (a link), [P's map](https://example.org/m)"),
        ("Ann", "https://example.social/@eve/12 and https://example.org/@", "(a link) and https://example.org/@"),
        ("Ann", "", ""),
    ],
)  # fmt: skip
def test_a_name_is_removed_in_every_spelling(name: str, typed: str, left: str) -> None:
    assert known(name).bare(typed) == left.replace("P", PARTICIPANT)


def test_the_longest_name_is_removed_as_one() -> None:
    names = known("Ann", "Ann Lee", "Lee")
    assert names.bare("Ann Lee, Lee Ann") == f"{PARTICIPANT}, {PARTICIPANT}"


LETTERS = st.sampled_from([f"{a}{b}{c}" for a in "bkz" for b in "aé" for c in ("x", "ß", "mm", "İ")])
NAMES = st.one_of(LETTERS, st.tuples(LETTERS, LETTERS).map(" ".join), LETTERS.map("@{}".format), LETTERS.map(str.title))
PIECES = st.one_of(
    st.sampled_from([" ", ", ", "_", "**", "\n", "@", "#", "://", "https://x.org/", "’s ", "."]),
    NAMES,
    st.text(max_size=3),
)


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(PIECES, max_size=12).map("".join))
def test_no_known_name_remains_as_whole_words(names: list[str], text: str) -> None:
    left = known(*names).bare(text)
    words = re.findall(r"[^\W_]+", fold(left))
    for name in names:
        wanted = re.findall(r"[^\W_]+", fold(name))
        runs = [words[at : at + len(wanted)] for at in range(len(words))]
        if len(wanted) == 1:
            assert wanted not in runs
        assert fold(name) not in fold(left).split()


@given(st.lists(NAMES, max_size=4), st.lists(PIECES, max_size=12).map("".join))
def test_removing_names_twice_changes_nothing(names: list[str], text: str) -> None:
    once = known(*names).bare(text)
    assert known(*names).bare(once) == once


RECORD = Record(
    event=Event(slug="zoe-camp", title="Zoe's camp", hashtags=("camp", "zoe"), withheld=("Zoe",)),
    sessions=(
        Session(guid="1", slug="carl-on-rain", title="Carl on rain", leaders=("Carl",), abstract="With Zoe and Carl.",
                hashtags=("camp1", "carl_1"), url="https://example.org/carl", room="Carl's shed"),
        Session(guid="2", slug="zoe-on-rain", title="Zoe on rain"),
    ),
    items=(
        Item(id="i1", event="zoe-camp", origin="note", session="1", text="Dee: ask @eve, says Ann", author="Ann", speaker="Dee"),
        Item(id="i2", event="zoe-camp", origin="post", session="1", text="ann and dee!", author="@fay@example.social",
             url="https://example.social/@fay/1", author_key="feed:1", sources=({"url": "https://example.social/@fay/1"},), source_id="https://fay/1",
             placed=Placement(method="author", confidence=1, reason="@fay wrote here before")),
        Item(id="i3", event="zoe-camp", origin="note", session="1", kind="action",
             text="ACTION: Gus to ask about gusts", author="Ann"),
    ),
)  # fmt: skip


def test_all_names_in_an_item_are_removed_from_all_its_fields() -> None:
    bare = without_names(RECORD, Names.of(RECORD))
    assert (bare.event.slug, bare.event.title, bare.event.hashtags) == (
        "participant-camp", f"{PARTICIPANT}'s camp", ("camp",)
    )  # fmt: skip
    first, second = bare.sessions
    assert (first.slug, first.title, first.leaders, first.abstract, first.hashtags, first.url, first.room) == (
        "participant-on-rain", f"{PARTICIPANT} on rain", (PARTICIPANT,), f"With {PARTICIPANT} and {PARTICIPANT}.",
        ("camp1",), None, f"{PARTICIPANT}'s shed",
    )  # fmt: skip
    assert second.slug == "participant-on-rain-2"
    assert [(i.text, i.author, i.speaker) for i in bare.items] == [
        (f"{PARTICIPANT}: ask {PARTICIPANT}, says {PARTICIPANT}", PARTICIPANT, PARTICIPANT),
        (f"{PARTICIPANT} and {PARTICIPANT}!", PARTICIPANT, None),
        (f"ACTION: {PARTICIPANT} to ask about gusts", PARTICIPANT, None),
    ]
    post = bare.items[1]
    assert (post.url, post.sources, post.source_id, post.html) == (None, (), None, "")
    assert post.placed is not None
    assert post.placed.reason == f"{PARTICIPANT} wrote here before"


def test_possible_unknown_names_are_reported() -> None:
    text = "Jack Pickard asked more. Devon has one. We met Sue, and Paul’s dog. The Wifi is bad. Sue left."
    record = Record(
        event=RECORD.event, sessions=(), items=(Item(id="1", event="e", origin="note", text=text, author=""),)
    )
    assert doubtful(record) == {"Sue": 1, "Jack Pickard": 1, "Paul": 1}
