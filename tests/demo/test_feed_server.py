"""The demo's tag feed looks like a Mastodon server's, and grows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from backchannel.demo.feed_server import TagFeed, Toot, html_of
from backchannel.ingest.entries import read_entries

NOON = datetime(2026, 6, 13, 12, 0, tzinfo=UTC)
TOOTS = [
    Toot("@heronfan@ponds.example", "The heron has a samosa & no shame. #puddlecamp", NOON),
    Toot(
        "@courier@wexborough.example",
        "Read: https://courier.example/happy #puddlecamp #Pud2",
        NOON + timedelta(minutes=1),
    ),
]
PATH = "/tags/puddlecamp.rss"


def test_hashtags_links_paragraphs_and_warnings_have_mastodons_markup() -> None:
    assert html_of("CW: drains ¶ Look <here> #puddlecamp", "pipes.example") == (
        "<p><strong>Content warning:</strong> drains</p><hr /><p>Look &lt;here&gt; "
        '<a href="https://pipes.example/tags/puddlecamp" class="mention hashtag" rel="tag">'
        "#<span>puddlecamp</span></a></p>"
    )


def test_a_post_is_in_the_feed_from_its_time_on() -> None:
    feed = TagFeed(TOOTS)
    bodies = [feed.answer(PATH, None, NOON + timedelta(seconds=s))[1].decode() for s in (-1, 0, 60)]
    assert [re.findall(r"<link>https://(\w+)\.example/@", body) for body in bodies] == [
        [],
        ["ponds"],
        ["wexborough", "ponds"],
    ]


def test_a_request_with_the_current_etag_gets_a_304() -> None:
    feed = TagFeed(TOOTS)
    status, _, headers = feed.answer(PATH, None, NOON)
    again, body, _ = feed.answer(PATH, headers["ETag"], NOON + timedelta(seconds=30))
    later, _, _ = feed.answer(PATH, headers["ETag"], NOON + timedelta(seconds=60))
    assert (status, again, body, later) == (200, 304, b"", 200)


def test_the_server_knows_when_the_last_post_was_fetched() -> None:
    feed = TagFeed(TOOTS)
    part = feed.answer(PATH, None, NOON)[2]["ETag"]
    feed.answer(PATH, part, NOON)
    whole = feed.answer(PATH, part, NOON + timedelta(minutes=2))[2]["ETag"]
    assert not feed.all_kept.is_set()
    feed.answer(PATH, whole, NOON + timedelta(minutes=3))
    assert feed.all_kept.is_set()


def test_any_other_url_gets_a_404() -> None:
    assert TagFeed(TOOTS).answer("/tags/puddingcamp.rss", None, NOON)[0] == 404


def test_the_feed_parser_finds_author_text_tags_and_time() -> None:
    body = TagFeed(TOOTS).answer(PATH, None, NOON + timedelta(hours=1))[1]
    found = read_entries(
        body, content_type="application/rss+xml", base_url="http://127.0.0.1/", now=NOON + timedelta(hours=1)
    )
    assert [(e.author, e.text, e.hashtags, e.written_at) for e in found.entries] == [
        (
            "@courier@wexborough.example",
            "Read: https://courier.example/happy #puddlecamp #Pud2",
            ("puddlecamp", "pud2"),
            TOOTS[1].at,
        ),
        ("@heronfan@ponds.example", "The heron has a samosa & no shame. #puddlecamp", ("puddlecamp",), NOON),
    ]
