"""Recognising entries of the same post."""

from __future__ import annotations

import pytest

from backchannel.domain import identity
from backchannel.domain.model import Entry

LONG = "Every village site is one lost laptop away from gone, says the clerk"


def same(one: Entry, other: Entry) -> bool:
    return bool(set(identity.shared_keys(one)) & set(identity.asked_keys(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/a", "https://www.example.org/a/"),
        ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
        ("https://example.org/a?b=1#top", "https://EXAMPLE.org/a?b=1"),
        ("https://example.org:443/a", "https://example.org/a"),
    ],
)
def test_equivalent_urls_are_recognised(one: str, other: str) -> None:
    assert identity.canonical(one) == identity.canonical(other) != ""


@pytest.mark.parametrize("address", ["", "a", "mailto:a@b", "https://", "https://example.org", "http://[::1", "tag:x,1:2"])
def test_urls_that_name_no_post_are_rejected(address: str) -> None:
    assert identity.canonical(address) == ""


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (Entry(source_id="1", text="a", url="http://e.example/1"), Entry(source_id="2", text="b", url="https://e.example/1/"),
         True),
        (Entry(source_id="https://e.example/1", text="a"), Entry(source_id="9", text="b", url="https://e.example/1"), True),
        (Entry(source_id="1", text=LONG), Entry(source_id="2", text=f"RT @ann: {LONG}"), True),
        (Entry(source_id="1", text=LONG + " and more"), Entry(source_id="2", text=f"RT @ann: {LONG}…"), True),
        (Entry(source_id="1", text=LONG), Entry(source_id="2", text=LONG.upper() + " https://e.example/x"), True),
        (Entry(source_id="1", text=LONG + " and more"), Entry(source_id="2", text=LONG + " and less"), False),
        (Entry(source_id="1", text="+1"), Entry(source_id="2", text="+1"), False),
        (Entry(source_id="1", text="RT @ann: +1"), Entry(source_id="2", text="+1"), False),
    ],
)
def test_identical_posts_are_recognised_and_different_ones_are_not(one: Entry, other: Entry, is_same: bool) -> None:
    assert same(one, other) is is_same
