"""The organisers' page: join links, feeds and access."""

from __future__ import annotations

import re
from html import unescape

import httpx2 as httpx

from tests.stage import Camp


def organiser(camp: Camp) -> httpx.Client:
    browser = httpx.Client(base_url=camp.server.url, follow_redirects=True, timeout=20)
    browser.post(camp.links["organiser"], data={"name": "Olive"})
    return browser


def desk(camp: Camp) -> str:
    return f"/e/{camp.slug}/organise"


def test_the_join_links_match_the_printed_ones(camp: Camp) -> None:
    page = unescape(organiser(camp).get(f"{desk(camp)}/hand-out").text)
    for role in ("scribe", "organiser"):
        assert camp.links[role] in page
    assert page.count('class="code"') == 3


def test_replacing_a_link_revokes_the_old_one_and_keeps_the_organiser_signed_in(camp: Camp) -> None:
    olive = organiser(camp)
    for role in ("scribe", "organiser"):
        assert olive.post(f"{desk(camp)}/links/{role}").status_code == 200
        assert httpx.get(camp.links[role]).status_code == 401


def test_feeds_can_be_added_and_removed_and_private_addresses_are_refused(camp: Camp) -> None:
    olive = organiser(camp)
    page = olive.post(f"{desk(camp)}/feeds", data={"url": "#tc26 @ social.example"})
    assert "https://social.example/tags/tc26.rss" in page.text
    assert "not polled yet" in page.text
    refused = olive.post(f"{desk(camp)}/feeds", data={"url": "http://10.0.0.1/feed"})
    assert refused.status_code == 400
    assert re.search(r'class="refused" role="alert">[^<]+', refused.text)
    page = olive.post(f"{desk(camp)}/feeds/remove", data={"url": "https://social.example/tags/tc26.rss"})
    assert "No feeds yet" in page.text


def test_only_organisers_can_open_the_page(camp: Camp) -> None:
    assert httpx.get(camp.server.url + desk(camp)).status_code == 401
    scribe = httpx.Client(base_url=camp.server.url)
    scribe.post(camp.links["scribe"], data={"name": "Ann"})
    assert scribe.get(desk(camp)).status_code == 403
    assert scribe.post(f"{desk(camp)}/links/scribe").status_code == 403
