"""Kinds of sources: each claims its own, and what an organiser types becomes an address."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from corpus import FEEDS, expectation

from backchannel.domain.errors import FeedRefused
from backchannel.ingest.parse import feeds_listed_in
from backchannel.ingest.sources import SOURCES
from backchannel.ingest.sources.address import address_of
from backchannel.ingest.sources.mastodon import writer_of

DOCS = Path(__file__).parent.parent.parent / "docs" / "feeds.md"

CLAIMED = {
    "mastodon-tag.rss": "mastodon",
    "mastodon-profile.rss": "mastodon",
    "pleroma-tag.atom": "mastodon",
    "gotosocial.rss": "mastodon",
    "misskey.atom": "mastodon",
    "pixelfed.atom": "any_feed",
    "mastodon-api.json": "mastodon_api",
    "json-feed-1.json": "json_feed",
    "json-feed-1.1.json": "json_feed",
    "bluesky.rss": "bluesky",
    "youtube.atom": "youtube",
    "peertube.rss": "peertube",
    "flickr.atom": "flickr",
    "flickr.rss": "flickr",
    "wordpress.rss": "any_feed",
    "blogger.atom": "any_feed",
    "podcast.rss": "any_feed",
    "no-entries.rss": "any_feed",
}


def test_each_kind_claims_its_own() -> None:
    found = {name: json.loads(expectation(FEEDS / name).read_text(encoding="utf-8"))["source"] for name in CLAIMED}
    assert found == CLAIMED


def test_every_kind_of_source_has_a_response_in_the_corpus() -> None:
    assert {source.__name__.rpartition(".")[2] for source in SOURCES} == set(CLAIMED.values())


def rows_of_the_docs() -> list[tuple[str, str]]:
    """| `typed`, `or typed` | `asked for` |; "the same" is what stands above it."""
    rows: list[tuple[str, str]] = []
    for typed, asked in re.findall(
        r"^\| (`.*?) \| (`http.*`|the same) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    ):
        address = rows[-1][1] if asked == "the same" else asked.strip("`")
        rows += [(shape, address) for shape in re.findall("`(.*?)`", typed)]
    return rows


def test_the_docs_show_what_can_be_typed() -> None:
    assert len(rows_of_the_docs()) == 8


@pytest.mark.parametrize(("typed", "address"), rows_of_the_docs())
def test_typed_sources_become_the_urls_in_the_docs(typed: str, address: str) -> None:
    assert address_of(typed) == address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("  #lgc09@mastodon.social ", "https://mastodon.social/tags/lgc09.rss"),
        ("＃lgc09 on https://mastodon.social/", "https://mastodon.social/tags/lgc09.rss"),
        ("#café @ bücher.example", "https://bücher.example/tags/café.rss"),
        ("#lgc09 @ localhost.example:3000", "https://localhost.example:3000/tags/lgc09.rss"),
        ("http://127.0.0.1:5000/feed", "http://127.0.0.1:5000/feed"),
        ("feed://example.org/rss", "https://example.org/rss"),
        ("example.org:8080/rss", "https://example.org:8080/rss"),
        ("ftp://example.org/rss", "ftp://example.org/rss"),
        ("https://www.youtube.com/channel/UC_-1", "https://www.youtube.com/feeds/videos.xml?channel_id=UC_-1"),
    ],
)
def test_variants_of_typed_sources_are_accepted(typed: str, address: str) -> None:
    assert address_of(typed) == address


@pytest.mark.parametrize("typed", ["", "   ", "#lgc09", "@ann", "# @ mastodon.social", "#lgc09 @"])
def test_a_tag_without_a_server_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        address_of(typed)
    assert refused.value.message == (
        f"“{typed.strip()}” names no server. Enter a feed's address, or “#tag @ mastodon.social”."
    )


@pytest.mark.parametrize(
    ("link", "writer"),
    [
        ("https://ioc.exchange/@jon404/111544891736153138", "@jon404@ioc.exchange"),
        ("https://a.example/@ann@b.example/7", "@ann@b.example"),
        ("https://a.example/users/ann/statuses/7", "@ann@a.example"),
        ("https://a.example/%40ann/7", "@ann@a.example"),
        ("https://a.example/@ann", "@ann@a.example"),
        ("https://a.example/notes/7", ""),
        ("https://a.example/about/@ann", ""),
        ("https://a.example/@<img>/7", ""),
        ("/@ann/7", ""),
        ("http://[/@ann/7", ""),
        ("", ""),
    ],
)
def test_the_author_is_read_from_the_link(link: str, writer: str) -> None:
    assert writer_of(link) == writer


def test_the_feeds_of_an_opml_file_are_listed() -> None:
    opml = (FEEDS / "opml.xml").read_text(encoding="utf-8")
    assert feeds_listed_in(opml) == ("https://a.example/feed", "https://b.example/feed?x=1&y=2")
