"""WebSub with a real hub and server: subscribing, verification, signed pushes and unsubscribing."""

from __future__ import annotations

import hmac
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hub import CHALLENGE, Hub, hub

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.feeds import add_feed
from backchannel.desk.subscriptions import MAX_LEASE, RETRY_AFTER, begin_subscribing, nudge_feed, save_lease
from backchannel.domain.errors import FeedRefused
from backchannel.domain.model import Event, Feed
from backchannel.ingest.fetch import Answer, Fetching
from backchannel.ingest.poller import Poller
from backchannel.ingest.websub import Hubs, is_signed, send_form, with_hub
from backchannel.store.sqlite.store import SqliteStore
from tests.stage import Camp, Server, eventually

NOW = datetime(2009, 6, 13, 9, 45, tzinfo=UTC)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Camp]:
    """A camp on a server that knows its own address. The pace is an hour: only a nudge makes it look sooner."""
    port = free_port()
    server = Server(
        tmp_path / "x.db", port, public_url=f"http://127.0.0.1:{port}", fetch_allow="127.0.0.1", fetch_pace="3600"
    )
    server.start()
    yield Camp.make(server)
    server.stop()


def subscribed(camp: Camp, telling: Hub) -> None:
    camp.server.run("feed", "add", camp.slug, telling.feed)
    assert eventually(lambda: telling.asked) == [("subscribe", 200, CHALLENGE)]


def test_a_feed_that_names_a_hub_is_subscribed_to(public: Camp) -> None:
    with hub(posts=["one"]) as telling:
        subscribed(public, telling)
        (form,) = telling.forms
        callback, secret = form.pop("hub.callback"), form.pop("hub.secret")
        assert form == {"hub.mode": "subscribe", "hub.topic": f"{telling.feed}?self", "hub.lease_seconds": "432000"}
        assert (len(secret) >= 40, secret in callback) == (True, False)
        assert callback.startswith(f"{public.server.url}/websub/{public.slug}/")


def test_a_pushed_post_reaches_followers_immediately(public: Camp) -> None:
    with hub(posts=["one"]) as telling:
        subscribed(public, telling)
        eventually(lambda: public.texts("event") == ["one"])
        telling.posts.append("two")
        assert telling.tell() == 202
        eventually(lambda: public.texts("event") == ["one", "two"], 15)


def test_a_push_without_a_valid_signature_is_ignored(public: Camp) -> None:
    with hub(posts=["one"]) as telling:
        subscribed(public, telling)
        eventually(lambda: public.texts("event") == ["one"])
        telling.posts.append("two")
        assert telling.tell(secret="guessed") == 202
        (feed,) = json.loads(public.server.run("feed", "list", public.slug, "--json"))
        assert feed["due_at"] > (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
        assert (telling.fetched, public.texts("event")) == (1, ["one"])


def test_an_unrequested_subscription_is_not_confirmed(public: Camp) -> None:
    with hub(posts=["one"]) as telling:
        subscribed(public, telling)
        faults = {"topic": "https://other.example/", "mode": "unsubscribe", "challenge": "x" * 1001}
        for name, value in faults.items():
            assert telling.verify(**{name: value}).status_code == 404
        telling.forms[-1]["hub.callback"] += "x"
        assert (telling.verify().status_code, telling.tell()) == (404, 404)


def test_a_removed_feed_is_unsubscribed(public: Camp) -> None:
    with hub(posts=["one"]) as telling:
        subscribed(public, telling)
        public.server.run("feed", "remove", public.slug, telling.feed)
        assert eventually(lambda: telling.asked[1:]) == [("unsubscribe", 200, CHALLENGE)]
        assert telling.tell() == 410


def test_no_hub_is_used_without_a_public_url(another_server: Callable[..., Server]) -> None:
    camp = Camp.make(another_server(fetch_allow="127.0.0.1", fetch_pace="3600"))
    with hub(posts=["one"]) as telling:
        camp.server.run("feed", "add", camp.slug, telling.feed)
        eventually(lambda: camp.texts("event") == ["one"])
        assert telling.forms == []


# --- the desk's part, and the rules


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = SqliteStore(tmp_path / "desk.db")
    store.write(lambda writer: writer.save_event(Event(slug="camp", title="Camp", uid="u")))
    yield Desk(store, clock=Clock())
    store.close()


def with_a_hub(desk: Desk, address: str = "https://hub.example/") -> Feed:
    feed = with_hub(add_feed(desk, "camp", "https://blog.example/feed"), address, None)
    desk.store.write(lambda writer: writer.save_feed(feed))
    return feed


def test_a_subscription_is_requested_hourly_until_confirmed_and_renewed_before_it_expires(desk: Desk) -> None:
    feed = with_a_hub(desk)
    asked = begin_subscribing(desk, feed)
    assert asked
    assert asked.hub_secret
    assert (asked.hub_topic, asked.hub_due_at) == (feed.url, NOW + RETRY_AFTER)
    assert begin_subscribing(desk, feed) is None
    desk.clock.now = NOW + RETRY_AFTER  # type: ignore[attr-defined]
    again = begin_subscribing(desk, feed)
    assert again
    assert again.hub_secret == asked.hub_secret
    promised = save_lease(desk, feed, timedelta(hours=10))
    assert promised
    assert promised.hub_until == NOW + timedelta(hours=11)
    desk.clock.now = NOW + timedelta(hours=9, minutes=59)  # type: ignore[attr-defined]
    assert begin_subscribing(desk, feed) is None
    desk.clock.now = NOW + timedelta(hours=10)  # type: ignore[attr-defined]
    assert begin_subscribing(desk, feed) is not None


def test_a_lease_counts_for_a_month_at_most(desk: Desk) -> None:
    promised = save_lease(desk, with_a_hub(desk), timedelta(days=3000))
    assert promised
    assert promised.hub_until == NOW + MAX_LEASE


def test_a_changed_hub_is_subscribed_to_and_a_missing_hub_is_dropped(desk: Desk) -> None:
    promised = save_lease(desk, with_a_hub(desk), timedelta(days=1))
    assert promised
    assert with_hub(promised, "https://hub.example/", None) == promised
    moved = with_hub(promised, "https://other.example/", None)
    assert (moved.hub, moved.hub_due_at, moved.hub_until) == ("https://other.example/", None, None)
    assert with_hub(promised, None, "https://blog.example/feed").hub_topic is None


def test_a_nudge_during_a_poll_is_not_lost(desk: Desk) -> None:
    add_feed(desk, "camp", "https://blog.example/feed")
    asked: list[str] = []

    def fetcher(url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        asked.append(url)
        if len(asked) == 1:
            nudge_feed(desk, desk.read().feeds("camp")[0])
        return Answer(status=304, url=url)

    poller = Poller(desk.store, desk, Settings(), fetcher)
    for _ in range(3):
        for thread in poller.tick():
            thread.join()
    assert len(asked) == 2  # the first look, and the one the nudge asked for; then it rests


def test_frequent_pushes_are_rate_limited(desk: Desk) -> None:
    feed = replace(with_a_hub(desk), polled_at=NOW)
    desk.store.write(lambda writer: writer.save_feed(feed))
    nudged = nudge_feed(desk, feed)
    assert nudged
    assert (nudged.nudged, nudged.due_at) == (True, NOW + timedelta(seconds=5))


@pytest.mark.parametrize(
    "address",
    ["https://10.0.0.1/hub", "http://127.0.0.1:8000/", "http://8.8.8.8/hub", "https://ann:secret@hub.example/", "ftp://hub.example/"],
)
def test_a_hub_must_have_a_public_address_and_https(desk: Desk, address: str) -> None:
    with pytest.raises(FeedRefused):
        send_form(address, {"hub.mode": "subscribe"}, Fetching())
    Hubs(desk, Settings(public_url="https://camp.example")).subscribe(with_a_hub(desk, address))
    (kept,) = desk.read().feeds("camp")
    assert (kept.hub_until, kept.hub_due_at) == (None, NOW + RETRY_AFTER)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_signature_method_of_the_standard_is_accepted(method: str) -> None:
    feed = Feed(id="f", event="camp", url="https://blog.example/", hub_secret="s")
    signature = hmac.new(b"s", b"body", method).hexdigest()
    assert is_signed(feed, f"{method}={signature}", b"body")
    for wrong in (f"{method}={signature[:-1]}", f"md5={signature}", signature, "", f"{method}=é"):
        assert not is_signed(feed, wrong, b"body")
    assert not is_signed(feed, f"{method}={signature}", b"another")
    assert not is_signed(replace(feed, hub_secret=None), f"{method}={signature}", b"body")
