"""Blocks match authors, instances and whole words, however they are typed."""

from __future__ import annotations

import pytest

from backchannel.domain.blocks import Block, first_match, read_block
from backchannel.domain.errors import Invalid
from backchannel.domain.model import Item


def post(author: str = "", text: str = "Hello", url: str | None = None) -> Item:
    return Item(id="1", event="camp", origin="post", text=text, author=author, url=url)


@pytest.mark.parametrize(
    ("typed", "author"),
    [
        ("@ann@example.social", "@ann@example.social"),
        ("ann@example.social", "@ann@example.social"),
        ("@Ann@Example.Social", "@ann@example.social"),
        ("https://example.social/@ann", "@ann@example.social"),
        ("@ann@example.social", "ann@example.social"),
        ("@ann", "@ann@example.social"),
        ("@ann", "@ann"),
        ("Zoë Lee", "zoe lee"),
        ("@josé@example.social", "@Jose@example.social"),
    ],
)
def test_an_author_matches_by_handle_or_name(typed: str, author: str) -> None:
    assert read_block("author", typed).matches(post(author))


@pytest.mark.parametrize(
    ("typed", "author"),
    [
        ("@ann@example.social", "@ann@other.social"),
        ("@ann", "@anna@example.social"),
        ("@ann", "Ann"),
        ("Ann", "Ann Lee"),
        ("Ann", ""),
        ("@ann@example.social", "@ann"),
    ],
)
def test_another_author_does_not_match(typed: str, author: str) -> None:
    assert not read_block("author", typed).matches(post(author))


def test_an_author_matches_by_the_address_of_the_post() -> None:
    named = post("Ann Lee", url="https://example.social/@ann/113")
    assert read_block("author", "@ann@example.social").matches(named)
    assert not read_block("author", "@ann@example.social").matches(post("Ann Lee", url="http://[broken"))


@pytest.mark.parametrize(
    ("typed", "item", "matches"),
    [
        ("bad.example", post("@x@bad.example"), True),
        ("https://www.bad.example/about", post("@x@bad.example"), True),
        ("@anybody@BAD.example", post("@x@bad.example"), True),
        ("bad.example", post("@x@sub.bad.example"), True),
        ("bad.example", post("Ann", url="https://bad.example/post/1"), True),
        ("bad.example", post("@x@notbad.example"), False),
        ("bad.example", post("@bad.example@good.example"), False),
    ],
)
def test_an_instance_matches_its_accounts_and_addresses(typed: str, item: Item, matches: bool) -> None:
    assert read_block("instance", typed).matches(item) is matches


@pytest.mark.parametrize(
    ("typed", "text", "matches"),
    [
        ("cheese", "I like CHEESE!", True),
        ("cheese", "#cheese", True),
        ("cafe", "Un café, please", True),
        ("CAFÉ", "cafe", True),
        ("ｃａｆｅ", "cafe", True),
        ("ass", "The class passed", False),
        ("buy now", "Buy\n now: cheap", True),
        ("buy now", "buy it now", False),
        ("straße", "STRASSE", True),
    ],
)
def test_a_word_matches_whole_words_without_case_and_accents(typed: str, text: str, matches: bool) -> None:
    assert read_block("word", typed).matches(post(text=text)) is matches


@pytest.mark.parametrize(
    ("kind", "typed", "effect", "field"),
    [
        ("colour", "red", "hidden", "kind"),
        ("word", "a", "hidden", "value"),
        ("word", "!!!", "hidden", "value"),
        ("word", "x" * 101, "hidden", "value"),
        ("author", " @ ", "hidden", "value"),
        ("instance", "nowhere", "hidden", "value"),
        ("instance", "http://[", "hidden", "value"),
        ("word", "spam", "burned", "effect"),
    ],
)
def test_a_useless_block_is_refused_with_its_field(kind: str, typed: str, effect: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_block(kind, typed, effect)
    assert refused.value.field == field


def test_a_block_that_hides_comes_before_one_that_holds() -> None:
    holds, hides = read_block("word", "spam", "held"), read_block("author", "@x", "hidden")
    assert first_match((holds, hides), post("@x", "spam")) == hides
    assert first_match((holds, hides), post("@y", "ham")) is None
    assert isinstance(hides, Block)
