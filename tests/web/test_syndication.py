"""Feeds to subscribe to: what is in them, in which order, and what never is."""

from __future__ import annotations

import re
from typing import Any

import feedparser
import httpx2 as httpx

from backchannel.cli.common import Host
from backchannel.config import Settings
from backchannel.desk.redaction import withhold_names
from backchannel.domain.ids import uuid7
from backchannel.ingest.parse import feeds_listed_in
from tests.stage import Camp, put

MARKUP = "<script>alert(1)</script> & <b>mud</b>"


def get(camp: Camp, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{camp.server.url}/e/{camp.slug}/{path}", headers=headers)


def atom(camp: Camp, path: str = "feed.atom") -> feedparser.FeedParserDict:
    answer = get(camp, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return feedparser.parse(answer.content, sanitize_html=False)


def json_feed(camp: Camp, path: str = "feed.json") -> dict[str, Any]:
    answer = get(camp, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/feed+json")
    found: dict[str, Any] = answer.json()
    return found


def test_the_feeds_of_an_event_and_a_session_list_items_newest_first(camp: Camp) -> None:
    ann = camp.join("Ann")
    ann.note("Worms eat it")
    ann.note("In the hallway", session=None)
    session = camp.sessions[0]
    both = atom(camp)
    assert [entry.title for entry in both.entries] == ["In the hallway", "Worms eat it"]
    assert [[tag.term for tag in entry.tags] for entry in both.entries] == [["note"], ["note", session["title"]]]
    of_session = atom(camp, f"s/{session['slug']}/feed.atom")
    assert [(entry.title, entry.author) for entry in of_session.entries] == [("Worms eat it", "Ann")]
    assert of_session.feed.title == f"{session['title']} · Teacup Camp"
    assert [one["id"] for one in json_feed(camp)["items"]] == [entry.id for entry in both.entries]
    assert json_feed(camp, f"s/{session['slug']}/feed.json")["items"][0]["content_html"] == "Worms eat it"


def test_an_entry_s_address_leads_to_its_line(camp: Camp) -> None:
    camp.join("Ann").note("Worms eat it")
    link = httpx.get(atom(camp).entries[0].link)
    assert link.status_code == 302
    assert link.headers["Location"].startswith(f"/e/{camp.slug}/s/{camp.sessions[0]['slug']}#i-")


def test_a_correction_keeps_the_id_and_moves_updated(camp: Camp) -> None:
    ann = camp.join("Ann")
    note = put("Worms eat it", session=camp.guid)
    rev = ann.do(note)["rev"]
    before = atom(camp).entries[0]
    while True:  # `updated` counts seconds
        ann.do({**put("Worms eat most of it", session=camp.guid), "id": note["id"], "base_rev": rev})
        after = atom(camp).entries[0]
        if after.updated != before.updated:
            break
        rev += 1
    assert (after.id, after.title, after.updated > before.updated) == (before.id, "Worms eat most of it", True)
    assert json_feed(camp)["items"][0]["date_modified"] == after.updated


def test_a_long_feed_is_divided_into_pages_that_hold_every_item_once(camp: Camp) -> None:
    ann = camp.join("Ann")
    texts = [f"line {n}" for n in range(120)]
    for start in range(0, 120, 40):
        ann.ops(*(put(text, session=camp.guid) for text in texts[start : start + 40]))
    for path in ("feed.atom", f"s/{camp.sessions[0]['slug']}/feed.atom"):
        address, titles = f"{camp.server.url}/e/{camp.slug}/{path}", []
        while address:
            page = feedparser.parse(httpx.get(address).content)
            links = {link.rel: link.href for link in page.feed.links}
            assert (links["self"], links["first"]) == (address, f"{camp.server.url}/e/{camp.slug}/{path}")
            titles += [entry.title for entry in page.entries]
            address = links.get("next", "")
        assert titles == texts[::-1]
    address, titles = f"{camp.server.url}/e/{camp.slug}/feed.json", []
    while address:
        found = httpx.get(address).json()
        titles += [one["title"] for one in found["items"]]
        address = found.get("next_url", "")
    assert titles == texts[::-1]


def test_an_unchanged_feed_is_not_sent_twice(camp: Camp) -> None:
    ann = camp.join("Ann")
    ann.note("Worms eat it")
    for path in ("feed.atom", "feed.json", f"s/{camp.sessions[0]['slug']}/feed.atom"):
        tag = get(camp, path).headers["ETag"]
        assert get(camp, path, **{"If-None-Match": tag}).status_code == 304
        ann.note("More")
        assert get(camp, path, **{"If-None-Match": tag}).status_code == 200


def test_what_is_hidden_or_withdrawn_is_in_no_feed(camp: Camp) -> None:
    ann = camp.join("Ann")
    notes = [put(text, session=camp.guid) for text in ("canary hidden", "canary withdrawn", "stays")]
    ann.ops(*notes)
    assert camp.person("organiser").do({"op": uuid7(), "id": notes[0]["id"], "do": "hide"})["ok"]
    assert ann.do({"op": uuid7(), "id": notes[1]["id"], "do": "retract"})["ok"]
    for path in ("feed.atom", "feed.json", *(f"s/{camp.sessions[0]['slug']}/feed.{kind}" for kind in ("atom", "json"))):
        text = get(camp, path).text
        assert ("canary" in text, "stays" in text) == (False, True)


def test_a_session_without_names_shows_none_in_its_feeds(camp: Camp) -> None:
    camp.join("Ann Canary").note("Ann Canary: we compost at night")
    host = Host(Settings.from_environment({}, db=camp.server.db))
    withhold_names(host.desk, camp.slug, camp.guid, True)
    host.store.close()
    for path in ("feed.atom", "feed.json", f"s/{camp.sessions[0]['slug']}/feed.atom"):
        text = get(camp, path).text
        assert ("Canary" in text, "we compost at night" in text) == (False, True)


def test_markup_in_a_feed_is_text(camp: Camp) -> None:
    camp.join("<i>Ann</i>").note(MARKUP)
    entry = atom(camp).entries[0]
    assert (entry.title, entry.author) == (MARKUP, "<i>Ann</i>")
    assert "<script" not in entry.content[0].value
    assert "<script" not in json_feed(camp)["items"][0]["content_html"]


def test_pages_name_their_feeds(camp: Camp) -> None:
    def named(path: str) -> list[str]:
        page = httpx.get(f"{camp.server.url}{path}").text
        return re.findall(r'<link rel="alternate" type="application/(?:atom|feed)[^>]* href="([^"]+)">', page)

    event, session = f"/e/{camp.slug}", f"/e/{camp.slug}/s/{camp.sessions[0]['slug']}"
    of_event = [f"{event}/feed.atom", f"{event}/feed.json"]
    assert named(event) == of_event
    assert named(session) == [f"{session}/feed.atom", f"{session}/feed.json", *of_event]


def test_a_restricted_event_has_no_feeds_for_strangers(camp: Camp) -> None:
    camp.join("Ann").note("canary")
    camp.server.run("event", "set", camp.slug, "--restricted")
    for path in ("feed.atom", "feed.json", "feeds.opml", f"s/{camp.sessions[0]['slug']}/feed.atom"):
        assert get(camp, path).status_code == 404
        bearer = f"Bearer {camp.passes['follower']}"
        assert get(camp, path, Authorization=bearer).status_code == 200
    assert get(camp, "feed.rss").status_code == 404


def test_the_list_of_sources_can_be_imported_again(camp: Camp) -> None:
    addresses = ("https://social.example/tags/tc26.rss", "https://blog.example/feed?a=1&b=2")
    for address in addresses:
        camp.server.run("feed", "add", camp.slug, address)
    answer = get(camp, "feeds.opml")
    assert answer.headers["Content-Type"].startswith("text/x-opml")
    assert sorted(feeds_listed_in(answer.text)) == sorted(addresses)
