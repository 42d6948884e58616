"""A post is saved once from any number of sources, and withdrawn when it is deleted upstream."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backchannel.desk import events, feeds
from backchannel.desk.desk import Desk
from backchannel.desk.posts import IntakeCounts
from backchannel.domain.model import Entry, Feed, Gap, Item
from backchannel.store.sqlite.store import SqliteStore

NOW = datetime(2026, 6, 13, 10, 5, tzinfo=UTC)
LONG = "Every village site is one lost laptop away from gone, says the clerk"
FIRST = Entry(source_id="https://a.example/@ann/1", url="https://a.example/@ann/1", text=LONG, html=f"<p>{LONG}</p>",
              author="@ann@a.example", written_at=NOW)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(SqliteStore(tmp_path / "camp.db"), clock=lambda: NOW + timedelta(minutes=1))
    events.create_event(made, "camp", title="Camp")
    return made


@pytest.fixture
def tag(desk: Desk) -> Feed:
    return feeds.add_feed(desk, "camp", "https://a.example/tags/camp.rss")


@pytest.fixture
def other(desk: Desk) -> Feed:
    return feeds.add_feed(desk, "camp", "https://b.example/tags/camp.rss")


def kept(desk: Desk) -> list[Item]:
    return desk.read().items("camp")


def test_a_post_from_two_servers_is_one_item_with_both_sources(desk: Desk, tag: Feed, other: Feed) -> None:
    assert feeds.save_poll(desk, tag, [FIRST]) == IntakeCounts(new=1)
    there = replace(FIRST, source_id="77", url="http://a.example/@ann/1?utm_source=b", html="<p>other marks</p>")
    assert feeds.save_poll(desk, other, [there]) == IntakeCounts(folded=1)
    (item,) = kept(desk)
    assert (item.html, [source["feed"] for source in item.sources]) == (FIRST.html, [tag.url, other.url])
    assert feeds.save_poll(desk, other, [there]) == IntakeCounts(known=1)
    assert feeds.save_poll(desk, tag, [FIRST]) == IntakeCounts(known=1)


def test_a_reshare_folds_into_the_first_post_and_names_its_author(desk: Desk, tag: Feed) -> None:
    passed = Entry(source_id="2", url="https://c.example/9", text=f"RT @ann: {LONG}", author="@bob@c.example")
    assert feeds.save_poll(desk, tag, [FIRST, passed]) == IntakeCounts(new=1, folded=1)
    (item,) = kept(desk)
    assert item.sources[1] == {
        "feed": tag.url, "guid": "2", "url": "https://c.example/9", "reshared_by": "@bob@c.example",
    }  # fmt: skip


def test_an_edit_upstream_is_a_revision_and_only_the_first_source_can_change_the_text(desk: Desk, tag: Feed, other: Feed) -> None:
    there = replace(FIRST, source_id="77")
    feeds.save_poll(desk, tag, [FIRST])
    feeds.save_poll(desk, other, [there])
    feeds.save_poll(desk, other, [replace(there, text="other words")])
    assert [item.text for item in kept(desk)] == [LONG]
    assert feeds.save_poll(desk, tag, [replace(FIRST, text="put right")]) == IntakeCounts(edited=1)
    assert [item.text for item in kept(desk)] == ["put right"]


def test_a_post_deleted_upstream_is_withdrawn_and_returns_if_it_returns(desk: Desk, tag: Feed) -> None:
    second = replace(FIRST, source_id="2", url="https://a.example/@ann/2", text="short", written_at=NOW)
    feeds.save_poll(desk, tag, [FIRST, second])
    assert feeds.save_poll(desk, tag, [FIRST], covers=NOW - timedelta(hours=1)) == IntakeCounts(known=1, gone=1)
    assert [item.text for item in kept(desk)] == [LONG]
    feeds.save_poll(desk, tag, [FIRST, second], covers=NOW - timedelta(hours=1))
    assert sorted(item.text for item in kept(desk)) == sorted([LONG, "short"])


def test_posts_older_than_the_response_stay(desk: Desk, tag: Feed) -> None:
    feeds.save_poll(desk, tag, [FIRST])
    assert feeds.save_poll(desk, tag, [], covers=NOW + timedelta(minutes=1)) == IntakeCounts()
    assert feeds.save_poll(desk, tag, []) == IntakeCounts()
    assert [item.text for item in kept(desk)] == [LONG]


def test_a_post_deleted_by_one_of_two_servers_stays(desk: Desk, tag: Feed, other: Feed) -> None:
    feeds.save_poll(desk, tag, [FIRST])
    feeds.save_poll(desk, other, [replace(FIRST, source_id="77")])
    assert feeds.save_poll(desk, tag, [], covers=NOW - timedelta(hours=1)) == IntakeCounts()
    (item,) = kept(desk)
    assert [source["feed"] for source in item.sources] == [other.url]


def test_a_gap_is_stored_with_its_feed(desk: Desk, tag: Feed) -> None:
    gap = Gap(begins=NOW - timedelta(minutes=20), ends=NOW)
    feeds.save_poll(desk, tag, [FIRST], gap=gap)
    assert desk.read().record("camp").gaps == (replace(gap, feed=tag.url),)


def test_a_removed_feed_adds_no_more_posts(desk: Desk, tag: Feed) -> None:
    feeds.remove_feed(desk, "camp", tag.url)
    assert feeds.save_poll(desk, tag, [FIRST]) == IntakeCounts()
    assert kept(desk) == []


def test_a_title_precedes_the_text_and_distinguishes_posts_with_equal_bodies(desk: Desk, tag: Feed) -> None:
    one = Entry(source_id="1", title="Worms & more", text=LONG, html=f"<p>{LONG}</p>")
    two = Entry(source_id="2", title="Buses & more", text=LONG, html=f"<p>{LONG}</p>")
    assert feeds.save_poll(desk, tag, [one, two]) == IntakeCounts(new=2)
    assert [item.text for item in kept(desk)] == [f"Worms & more\n\n{LONG}", f"Buses & more\n\n{LONG}"]
    assert kept(desk)[0].html == f"<p><strong>Worms &amp; more</strong></p><p>{LONG}</p>"


def test_a_post_by_somebody_who_opted_out_of_search_is_held_for_review(desk: Desk, tag: Feed) -> None:
    feeds.save_poll(desk, tag, [replace(FIRST, flags=("undiscoverable",))])
    assert kept(desk) == []
    assert [item.state for item in desk.read().items("camp", states=("held",))] == ["held"]


def test_a_poll_does_not_overwrite_an_organisers_change(desk: Desk, tag: Feed) -> None:
    desk.store.write(lambda writer: writer.save_feed(replace(tag, off=True)))
    feeds.save_poll(desk, tag, [FIRST])
    assert [feed.off for feed in desk.read().feeds("camp")] == [True]
