"""The rules of moderation, as pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backchannel.domain.blocks import read_block
from backchannel.domain.errors import Invalid
from backchannel.domain.model import Hold, Item, Policy, State
from backchannel.domain.moderation import decide, hold_of, read_feed_hold, read_policy, wait_s

POST = Item(id="1", event="camp", origin="post", text="Buy cheese", author="@x@bad.example")
NOW = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hold", "trusted", "undiscoverable", "state"),
    [
        ("none", False, False, "visible"),
        ("none", True, True, "held"),
        ("strangers", False, False, "held"),
        ("strangers", True, False, "visible"),
        ("all", True, False, "held"),
    ],
)
def test_the_settings_decide_whether_a_post_waits(hold: Hold, trusted: bool, undiscoverable: bool, state: State) -> None:
    assert decide(POST, hold, trusted=trusted, undiscoverable=undiscoverable).state == state


def test_a_block_comes_before_the_settings() -> None:
    hides, holds = read_block("word", "cheese"), read_block("word", "cheese", "held")
    assert decide(POST, "all", trusted=True, blocks=(hides,)).state == "hidden"
    assert decide(POST, "none", trusted=True, blocks=(holds,)).state == "held"
    waits = decide(POST, "all", trusted=True, blocks=(holds,))
    assert (waits.state, waits.block) == ("held", None)


@pytest.mark.parametrize("state", ["hidden", "held", "withdrawn"])
def test_an_edit_never_shows_what_was_withheld(state: State) -> None:
    assert decide(replace(POST, state=state), "none", trusted=True).state == state


def test_a_feed_follows_the_event_unless_it_says_otherwise() -> None:
    policy = Policy(hold="strangers")
    assert [hold_of(policy, hold) for hold in ("", "none", "all")] == ["strangers", "none", "all"]


def test_slow_mode_counts_from_the_last_note() -> None:
    slow = Policy(slow_s=30)
    assert wait_s(slow, None, NOW) == 0
    assert wait_s(slow, NOW - timedelta(seconds=10), NOW) == 20
    assert wait_s(slow, NOW - timedelta(seconds=30), NOW) == 0
    assert wait_s(Policy(), NOW, NOW) == 0


def test_settings_are_read_from_a_form() -> None:
    typed = {"hold": "strangers", "trusted_after": " 2", "reports_to_hold": "3", "slow_s": "20"}
    assert read_policy(typed) == Policy(hold="strangers", trusted_after=2, reports_to_hold=3, slow_s=20)
    assert read_policy({}) == Policy()
    assert read_feed_hold("all") == "all"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"hold": "maybe"}, "hold"),
        ({"trusted_after": "0"}, "trusted_after"),
        ({"trusted_after": "two"}, "trusted_after"),
        ({"reports_to_hold": "-1"}, "reports_to_hold"),
        ({"slow_s": "99999999999"}, "slow_s"),
        ({"slow_s": "²"}, "slow_s"),
    ],
)
def test_useless_settings_are_refused_with_their_field(typed: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_policy(typed)
    assert refused.value.field == field
