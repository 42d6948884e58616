"""One poll of a feed (F8): which posts are saved, when the next poll is due, and how health is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backchannel.domain.errors import FeedRefused, NotAFeed, Unreadable
from backchannel.domain.model import Feed
from backchannel.ingest.fetch import Answer
from backchannel.ingest.guard import REFUSED
from backchannel.ingest.poll import Pace, Poll, poll_feed

NOW = datetime(2009, 6, 13, 9, 45, tzinfo=UTC)
HERE = ZoneInfo("Europe/London")
FEED = Feed(id="f", event="lgc09", url="https://camp.example/feed")
BODY = (
    b"<rss version='2.0'><channel><title>#lgc09</title>"
    b"<item><guid>2</guid><title>Second</title><pubDate>Sat, 13 Jun 2009 09:41:00 GMT</pubDate></item>"
    b"<item><guid>1</guid><title>First</title><pubDate>Sat, 13 Jun 2009 09:00:00 GMT</pubDate></item>"
    b"</channel></rss>"
)


@dataclass
class Answers:
    """A fetcher that returns prepared responses and records the requests."""

    answers: Sequence[Answer | Exception]
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        self.asked.append((url, etag, modified))
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(status: int = 200, body: bytes = BODY, **more: object) -> Answer:
    return Answer(status=status, url=FEED.url, body=body if status == 200 else b"", **more)  # type: ignore[arg-type]


def look(reply: Answer | Exception, feed: Feed = FEED, pace: Pace | None = None) -> Poll:
    return poll_feed(feed, fetcher=Answers([reply]), now=NOW, pace=pace, zone=HERE)


def seconds(poll: Poll) -> float | None:
    """Return the seconds until the next poll."""
    return (poll.feed.due_at - NOW).total_seconds() if poll.feed.due_at else None


def test_the_first_poll_saves_the_posts_and_the_validators_for_the_second() -> None:
    poll = look(answer(etag='"7"', modified="Sat, 13 Jun 2009 09:41:00 GMT"))
    assert [(entry.source_id, entry.text) for entry in poll.entries] == [("2", "Second"), ("1", "First")]
    assert replace(poll.feed, fingerprint=None) == replace(
        FEED,
        title="#lgc09",
        etag='"7"',
        modified="Sat, 13 Jun 2009 09:41:00 GMT",
        polled_at=NOW,
        due_at=NOW + timedelta(seconds=60),
        health="answers 200, last new post 10:41",
        newest_at=datetime(2009, 6, 13, 9, 41, tzinfo=UTC),
    )
    assert poll.covers == datetime(2009, 6, 13, 9, 0, tzinfo=UTC)


def test_the_second_poll_is_conditional() -> None:
    known = look(answer(etag='"7"', modified="Sat, 13 Jun 2009 09:41:00 GMT")).feed
    asks = Answers([answer(304)])
    poll = poll_feed(known, fetcher=asks, now=NOW, zone=HERE)
    assert asks.asked == [(FEED.url, '"7"', "Sat, 13 Jun 2009 09:41:00 GMT")]
    assert (poll.entries, poll.feed) == ((), replace(known, health="answers 304, last new post 10:41"))


def test_identical_bytes_are_not_parsed_twice() -> None:
    known = look(answer()).feed

    def never(*_: object, **__: object) -> object:
        raise AssertionError("it was read")

    poll = poll_feed(known, fetcher=Answers([answer()]), now=NOW, zone=HERE, reader=never)  # type: ignore[arg-type]
    assert (poll.entries, poll.feed.health) == ((), "answers 200, last new post 10:41")


def test_an_unreadable_feed_is_parsed_again_although_its_bytes_are_identical() -> None:
    def ill(*_: object, **__: object) -> object:
        raise Unreadable("The feed is ill.")

    poll = poll_feed(FEED, fetcher=Answers([answer(etag='"7"')]), now=NOW, zone=HERE, reader=ill)  # type: ignore[arg-type]
    assert (poll.feed.etag, poll.feed.fingerprint) == (None, None)
    assert poll.feed.health == "The feed is ill; failed once, next poll 10:46"


HEALTH: list[tuple[Answer | Exception, str]] = [
    (answer(404), "answers 404 (not found); failed once, next poll 10:46"),
    (answer(500), "answers 500 (internal server error); failed once, next poll 10:46"),
    (answer(799), "answers 799 (an invalid status); failed once, next poll 10:46"),
    (answer(302), "answers 302 (found); failed once, next poll 10:46"),
    (answer(429, retry_after=600.0), "answers 429 (too many requests); failed once, next poll 10:55"),
    (answer(410), "gone: its host removed it for good; no longer polled"),
    (
        FeedRefused(REFUSED),
        "refused: private address, or no public web server answers there; failed once, next poll 10:46",
    ),
    (
        Unreadable("The feed is larger than 5 MB."),
        "The feed is larger than 5 MB; failed once, next poll 10:46",
    ),
    (
        NotAFeed("This is a web page without a feed. Look for a feed's address."),
        "This is a web page without a feed. Look for a feed's address; failed once, next poll 10:46",
    ),
    (answer(body=BODY[:-20]), "answers 200, last new post 10:41, truncated"),
    (answer(body=b"<rss version='2.0'><channel></channel></rss>"), "answers 200, no post yet"),
]


@pytest.mark.parametrize(("reply", "health"), HEALTH)
def test_health_is_reported_in_words(reply: Answer | Exception, health: str) -> None:
    assert look(reply).feed.health == health


def test_health_shows_the_day_of_an_older_post() -> None:
    known = replace(FEED, newest_at=datetime(2008, 12, 31, 23, 0, tzinfo=UTC))
    assert look(answer(304), known).feed.health == "answers 304, last new post 31 December 2008 23:00"


def test_a_feed_that_is_gone_is_no_longer_polled() -> None:
    poll = look(answer(410))
    assert (poll.feed.off, poll.feed.due_at) == (True, None)


def test_failures_back_off_from_a_minute_to_six_hours_and_retry_for_ever() -> None:
    feed, waits = FEED, []
    for _ in range(12):
        poll = look(FeedRefused(REFUSED), feed)
        feed, waits = poll.feed, [*waits, seconds(poll)]
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600, 21600]
    assert seconds(look(FeedRefused(REFUSED), replace(FEED, failures=10**6))) == 21600


def test_a_success_resets_the_backoff() -> None:
    assert look(answer(), replace(FEED, failures=7)).feed.failures == 0


@pytest.mark.parametrize(("said", "waits"), [(3600.0, 3600), (0.0, 15), (10.0**9, 86400)])
def test_retry_after_is_obeyed_for_up_to_a_day(said: float, waits: float) -> None:
    assert [seconds(look(answer(status, retry_after=said))) for status in (429, 503)] == [waits, waits]


def test_a_permanent_redirect_is_followed_after_two_in_a_row() -> None:
    new = "https://new.example/feed"
    first = look(answer(moved_to=new)).feed
    second = look(answer(304, moved_to=new), first).feed
    assert [(feed.url, feed.moved_to) for feed in (first, second)] == [(FEED.url, new), (new, None)]
    assert second.health == "answers 304, last new post 10:41, moved permanently"


def test_permanent_redirects_to_different_addresses_change_nothing() -> None:
    feed = FEED
    for place in ("https://one.example/", "https://two.example/", None, "https://two.example/"):
        feed = look(answer(moved_to=place), feed).feed
    assert (feed.url, feed.moved_to) == (FEED.url, "https://two.example/")


def pace_after(quiet: timedelta | None, max_age: float | None = None, **pace: float) -> float:
    newest = None if quiet is None else NOW - quiet
    return (Pace(**pace).next_look(NOW, newest, max_age) - NOW).total_seconds()  # type: ignore[arg-type]


def test_the_interval_adapts_to_the_posts() -> None:
    quiet = [timedelta(minutes=minutes) for minutes in (0, 1, 5, 20, 40, 90, 600)]
    assert [pace_after(time, near=True) for time in quiet] == [15, 15, 15, 60, 120, 270, 300]
    assert pace_after(None, near=True) == 300


def test_foreign_hosts_are_polled_once_a_minute_unless_their_cache_headers_allow_more() -> None:
    ages = (None, 0.0, 5.0, 20.0, 60.0, 120.0, 86400.0)
    assert [pace_after(timedelta(0), age) for age in ages] == [60, 60, 15, 20, 60, 120, 600]
    assert [Pace().apart(age) for age in ages] == [60, 60, 15, 20, 60, 120, 86400]


def test_a_setting_overrides_them_all() -> None:
    assert [pace_after(time, 86400.0, setting=2.0) for time in (timedelta(0), timedelta(days=9))] == [2, 2]
    assert Pace(setting=2.0).apart(None) == 2


def test_jitter_spreads_the_polls_by_a_tenth() -> None:
    assert [pace_after(None, jitter=jitter) for jitter in (0.0, 0.5, 1.0)] == [300, 315, 330]


def test_a_response_of_unknown_coverage_is_not_treated_as_complete() -> None:
    undated = BODY.replace(b"<pubDate>Sat, 13 Jun 2009 09:00:00 GMT</pubDate>", b"")
    assert [look(answer(body=body)).covers for body in (undated, BODY[:-20])] == [None, None]


def dated(*minutes: int, edited: tuple[int, ...] = ()) -> bytes:
    """An Atom feed of posts written at these minutes past nine, in this order."""
    entries = "".join(
        f"<entry><id>{m}</id><title>{m}</title><published>2009-06-13T09:{m:02}:00Z</published>"
        f"<updated>2009-06-13T09:{44 if m in edited else m:02}:00Z</updated></entry>"
        for m in minutes
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>".encode()


@pytest.mark.parametrize(
    ("body", "minute"),
    [
        (dated(40, 30, 20), 20),
        (dated(40), 40),
        (dated(), None),
        (dated(1, 40, 30, 20), None),  # a sticky post on top
        (dated(40, 30, 1, edited=(1,)), 30),  # an old one, edited, among the new
        (dated(1, 40, 30, edited=(1,)), 30),
    ],
)
def test_the_time_from_which_a_response_is_complete(body: bytes, minute: int | None) -> None:
    covers = look(answer(body=body)).covers
    assert covers == (None if minute is None else datetime(2009, 6, 13, 9, minute, tzinfo=UTC))
