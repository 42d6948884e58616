"""Catching up when more was posted than one response holds, and reporting gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from backchannel.domain.errors import Unreadable
from backchannel.domain.model import Feed, Gap
from backchannel.ingest.catch_up import MAX_PAGES
from backchannel.ingest.fetch import Answer
from backchannel.ingest.poll import Poll, poll_feed

NOW = datetime(2009, 6, 13, 12, 0, tzinfo=UTC)
RSS = "https://baths.example/tags/lgc09.rss"
API = "https://baths.example/api/v1/timelines/tag/lgc09?limit=40"


def at(minute: int) -> datetime:
    return datetime(2009, 6, 13, 10, minute, tzinfo=UTC)


def rss(*minutes: int) -> bytes:
    items = "".join(
        f"<item><guid>https://baths.example/@nell/{m}</guid><link>https://baths.example/@nell/{m}</link>"
        f"<pubDate>{format_datetime(at(m))}</pubDate><description>&lt;p&gt;{m}&lt;/p&gt;</description></item>"
        for m in minutes
    )
    return f"<rss version='2.0'><channel><generator>Mastodon v4</generator>{items}</channel></rss>".encode()


def api(*minutes: int) -> bytes:
    import json

    return json.dumps([
        {"id": str(m), "url": f"https://baths.example/@nell/{m}", "uri": f"https://baths.example/users/nell/{m}",
         "content": f"<p>{m}</p>", "created_at": at(m).isoformat(), "account": {"acct": "nell"}}
        for m in minutes
    ]).encode()  # fmt: skip


@dataclass
class Web:
    """A fetcher over addresses and what stands there."""

    pages: Mapping[str, bytes]
    asked: list[str] = field(default_factory=list)

    def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        self.asked.append(url)
        if url not in self.pages:
            raise Unreadable("The feed's server broke off its answer.")
        return Answer(status=200, url=url, body=self.pages[url])


def look(web: Web, newest: datetime | None) -> Poll:
    feed = Feed(id="f", event="lgc09", url=RSS, newest_at=newest, fingerprint="earlier")
    return poll_feed(feed, fetcher=web, now=NOW)


def texts(poll: Poll) -> list[str]:
    return [entry.text for entry in poll.entries]


def test_a_response_that_reaches_known_posts_is_enough() -> None:
    web = Web({RSS: rss(30, 20, 5)})
    poll = look(web, at(5))
    assert (texts(poll), poll.gap, web.asked) == (["30", "20", "5"], None, [RSS])


def test_the_first_poll_has_no_gap() -> None:
    assert look(Web({RSS: rss(30, 20)}), None).gap is None


def test_mastodons_api_continues_where_its_rss_ends_without_duplicates() -> None:
    web = Web({RSS: rss(30, 20), API: api(30, 20, 15, 12), f"{API}&max_id=12": api(11, 7, 5, 4)})
    poll = look(web, at(5))
    assert texts(poll) == ["30", "20", "15", "12", "11", "7", "5", "4"]
    assert (poll.gap, poll.covers, web.asked) == (None, at(4), [RSS, API, f"{API}&max_id=12"])


def test_a_gap_that_cannot_be_closed_is_reported_with_its_times() -> None:
    poll = look(Web({RSS: rss(30, 20)}), at(5))
    assert (texts(poll), poll.gap, poll.covers) == (["30", "20"], Gap(begins=at(5), ends=at(20)), None)
    assert poll.feed.health == "answers 200, last new post 10:30, posts may be missing from 10:05 to 10:20"


def test_the_next_page_of_a_feed_is_read() -> None:
    first = rss(30, 20).replace(
        b"<channel>", b"<channel><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='/2.rss'/>"
    )
    web = Web({RSS: first, "https://baths.example/2.rss": rss(12, 4)})
    assert (texts(look(web, at(5))), web.asked[1]) == (["30", "20", "12", "4"], "https://baths.example/2.rss")


@pytest.mark.parametrize("page", [b"<html>no", b"[]", api(20), b"<rss version='2.0'/>"])
def test_a_page_without_new_posts_ends_the_catch_up(page: bytes) -> None:
    web = Web({RSS: rss(30, 20), API: page})
    assert (look(web, at(5)).gap, len(web.asked)) == (Gap(begins=at(5), ends=at(20)), 2)


def test_endless_pages_are_abandoned_after_a_few() -> None:
    class Endless(Web):
        def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
            self.asked.append(url)
            body = rss(59) if url == RSS else api(58 - len(self.asked))
            return Answer(status=200, url=url, body=body)

    web = Endless({})
    assert (look(web, at(1)).gap, len(web.asked)) == (Gap(begins=at(1), ends=at(58 - MAX_PAGES - 1)), MAX_PAGES + 1)


def test_posts_without_a_date_show_no_gap() -> None:
    web = Web({RSS: rss(30, 20).replace(b"pubDate", b"noDate")})
    assert look(web, at(5)).gap is None


def test_the_url_of_a_page_is_replaced_by_that_of_its_feed() -> None:
    page = b"<html><link rel='alternate' type='application/rss+xml' href='/tags/lgc09.rss'></html>"
    web = Web({"https://baths.example/": page, RSS: rss(30)})
    given = Feed(id="f", event="lgc09", url="https://baths.example/")
    found = poll_feed(given, fetcher=web, now=NOW)
    assert (found.feed.url, found.feed.health) == (
        RSS,
        f"a web page; polling the feed it names instead: {RSS}; failed once, next poll 12:00",
    )
    then = poll_feed(found.feed, fetcher=web, now=NOW)
    assert (texts(then), then.feed.failures) == (["30"], 0)


def test_a_feed_that_is_briefly_a_page_keeps_its_url() -> None:
    page = b"<html><link rel='alternate' type='application/rss+xml' href='/other.rss'>Sorry!</html>"
    known = replace(Feed(id="f", event="lgc09", url=RSS), fingerprint="earlier")
    assert poll_feed(known, fetcher=Web({RSS: page}), now=NOW).feed.url == RSS
