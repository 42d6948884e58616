"""Fetching from servers that mean no good (F1 to F9): it ends within the budget, with a plain sentence."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from hostile import FEED, Server, Visit, gzipped, serving
from hostile_scripts import LARGE_ONES, SCRIPTS, SECONDS, TLS_SCRIPTS, leads_on, leads_to, says

from backchannel.domain.errors import BackchannelError, FeedRefused
from backchannel.ingest.connection import Budget, FixedNames
from backchannel.ingest.fetch import Answer, Fetching, fetch, max_age, retry_after
from backchannel.ingest.guard import REFUSED

HERE = frozenset({"127.0.0.1"})


def short() -> Budget:
    return Budget(total=SECONDS, connect=0.5)


def outcome(url: str, **settings: object) -> tuple[object, float]:
    """The status of the answer or the sentence of the error, and how many seconds it took."""
    began = time.monotonic()
    given = {"allow": HERE, "budget": short} | settings
    try:
        result: object = fetch(url, settings=Fetching(**given)).status  # type: ignore[arg-type]
    except BackchannelError as error:
        result = error.message
    return result, time.monotonic() - began


def expected(outcome: object) -> tuple[object, ...]:
    return outcome if isinstance(outcome, tuple) else (outcome,)


@pytest.fixture
def feed() -> Iterator[Server]:
    with serving(says("200 OK", FEED, ETag='"7"', Content_Type="application/rss+xml")) as server:
        yield server


def test_the_budget_matches_the_documented_limits() -> None:
    budget = Budget()
    assert (budget.total, budget.connect, budget.wire, budget.inflated, budget.redirects) == (
        20.0, 5.0, 5 * 1024**2, 10 * 1024**2, 3,
    )  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_server_that(name: str) -> None:
    script, wanted = SCRIPTS[name]
    with serving(script) as server:
        result, seconds = outcome(server.url)
    assert result in expected(wanted)
    assert seconds < SECONDS + 0.5


@pytest.mark.parametrize("name", TLS_SCRIPTS)
def test_a_server_that_over_https(name: str) -> None:
    script, wanted = TLS_SCRIPTS[name]
    with serving(script, talks_first=True) as server:
        result, seconds = outcome(server.url.replace("http:", "https:"))
    assert result in expected(wanted)
    assert seconds < SECONDS + 0.5


def test_under_gevent_each_hostile_server_ends_the_same_way_without_delaying_others() -> None:
    run = subprocess.run(
        [sys.executable, Path(__file__).with_name("gevent_run.py")], capture_output=True, text=True, timeout=90
    )
    told = json.loads(run.stdout or "{}")
    wrong = {name: told.get(name) for name, (_, wanted) in SCRIPTS.items() if told.get(name) not in expected(wanted)}
    assert (wrong, told.get("seconds", 99) < 12, told.get("longest pause of the hub", 99) < 2) == ({}, True, True)


def test_an_oversized_response_is_never_held_in_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = {}
    for name, (script, _) in LARGE_ONES.items():
        with serving(script) as server:
            said[name], _ = outcome(server.url, budget=Budget)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # KiB
    first = {name: wanted[0] if isinstance(wanted, tuple) else wanted for name, (_, wanted) in LARGE_ONES.items()}
    assert (said, grown < 64 * 1024) == (first, True)


def test_a_response_is_returned_with_all_its_parts(feed: Server) -> None:
    assert fetch(feed.url, settings=Fetching(allow=HERE)) == Answer(
        status=200, url=feed.url, body=FEED, etag='"7"', content_type="application/rss+xml"
    )


def test_a_request_has_a_user_agent_and_validators() -> None:
    with serving(says("304 Not Modified")) as server:
        settings = Fetching(allow=HERE, contact="https://camp.example/about")
        fetch(server.url + "?a=1#top", etag='"7"', modified="Sat, 13 Jun 2009 10:00:00 GMT", settings=settings)
    visit = server.visits[0]
    assert visit.path == "/feed?a=1"
    names = ("Host", "User-Agent", "If-None-Match", "If-Modified-Since", "Accept-Encoding", "Cookie", "Authorization")
    assert [visit.header(name) for name in names] == [
        f"127.0.0.1:{server.port}",
        "Backchannel/0.1.0 (+https://camp.example/about) feed reader",
        '"7"',
        "Sat, 13 Jun 2009 10:00:00 GMT",
        "gzip, deflate",
        None,
        None,
    ]


def test_proxy_settings_of_the_environment_are_ignored(feed: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert outcome(feed.url)[0] == 200


def test_a_host_name_is_resolved_once_and_the_checked_address_is_used(feed: Server) -> None:
    names = FixedNames({"camp.example": [["127.0.0.1"], ["10.0.0.1"]]})
    assert outcome(f"http://camp.example:{feed.port}/feed", resolve=names)[0] == 200
    assert feed.visits[0].header("Host") == f"camp.example:{feed.port}"


def test_a_host_name_that_becomes_private_is_refused_at_the_next_redirect() -> None:
    with serving(leads_to("/again")) as server:
        names = FixedNames({"camp.example": [["127.0.0.1"], ["10.0.0.1"]]})
        result, _ = outcome(f"http://camp.example:{server.port}/feed", resolve=names)
    assert (result, len(server.visits)) == (REFUSED, 1)


def test_a_slow_dns_lookup_times_out() -> None:
    def slow(name: str, port: int) -> list[str]:
        time.sleep(3)
        return ["127.0.0.1"]

    result, seconds = outcome("http://camp.example/feed", resolve=slow)
    assert (result, seconds < SECONDS + 0.5) == (REFUSED, True)


def test_a_closed_port_and_a_private_address_get_the_same_error() -> None:
    with serving(says("200 OK")) as server:
        closed = server.url
    said = set()
    for url in (closed, "http://127.0.0.1:1/", "http://10.0.0.1/", "http://nowhere.invalid/", "ftp://camp.example/"):
        with pytest.raises(FeedRefused) as refused:
            fetch(url, settings=Fetching(allow=HERE, budget=short, resolve=FixedNames({"10.0.0.1": [["10.0.0.1"]]})))
        said.add((refused.value.code, refused.value.status, refused.value.message))
    assert said == {("feed_refused", 400, REFUSED)}


def test_only_permanent_redirects_are_reported_as_moved() -> None:
    def mixed(visit: Visit) -> None:
        steps = {"/feed": ("301 Moved", "/one"), "/one": ("308 Moved", "/two"), "/two": ("302 Found", "/three")}
        if visit.path in steps:
            status, location = steps[visit.path]
            visit.say(status, Location=location)
        else:
            visit.say("200 OK", FEED)

    with serving(mixed) as server:
        answer = fetch(server.url, settings=Fetching(allow=HERE))
    base = f"http://127.0.0.1:{server.port}"
    assert (answer.url, answer.moved_to) == (f"{base}/three", f"{base}/two")


def test_a_feed_behind_three_redirects_is_fetched() -> None:
    with serving(leads_on(3)) as server:
        answer = fetch(server.url, settings=Fetching(allow=HERE))
    assert (answer.body, len(server.visits)) == (FEED, 4)


def test_a_compressed_feed_is_decompressed() -> None:
    with serving(says("200 OK", gzipped(FEED * 1000), Content_Encoding="gzip")) as server:
        assert fetch(server.url, settings=Fetching(allow=HERE)).body == FEED * 1000


def test_a_validator_that_cannot_be_sent_back_is_dropped() -> None:
    with serving(says("200 OK", FEED, ETag="x" * 5000, Last_Modified="caf\xe9")) as server:
        answer = fetch(server.url, settings=Fetching(allow=HERE))
    assert (answer.etag, answer.modified) == (None, None)


def test_links_in_the_response_headers_are_returned() -> None:
    link = '</hub>; rel="hub", <?page=2>; rel="next prefetch", <http://[>; rel=self'
    with serving(says("200 OK", FEED, Link=link)) as server:
        answer = fetch(server.url, settings=Fetching(allow=HERE))
    base = f"http://127.0.0.1:{server.port}"
    assert (answer.hub, answer.next_url) == (f"{base}/hub", f"{base}/feed?page=2")


DATE = {"date": "Sat, 13 Jun 2009 10:00:00 GMT"}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Sat, 13 Jun 2009 10:02:00 GMT", 120.0),
        ("Sat, 13 Jun 2009 09:00:00 GMT", 0.0),
        ("99999999999999999999", 999999999.0),
        ("-5", None),
        ("soon", None),
        ("Sat, 13 Jun 99999 10:02:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_comes_in_two_shapes(said: str, seconds: float | None) -> None:
    assert retry_after(httpx2.Headers(DATE | {"retry-after": said})) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=30"}, 30.0),
        ({"cache-control": 'MAX-AGE="30"', "age": "20"}, 10.0),
        ({"cache-control": "max-age=30", "age": "50"}, 0.0),
        ({"cache-control": "no-cache, max-age=30"}, 0.0),
        ({"cache-control": "private"}, None),
        ({"expires": "Sat, 13 Jun 2009 10:01:00 GMT"}, 60.0),
        ({"expires": "0"}, None),
        ({}, None),
    ],
)
def test_cache_headers_say_how_long_a_response_is_fresh(headers: dict[str, str], seconds: float | None) -> None:
    assert max_age(httpx2.Headers(DATE | headers)) == seconds
