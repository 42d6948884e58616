"""What programs read of a page: JSON-LD, previews and robots.txt."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import httpx2 as httpx

from backchannel.domain.ids import uuid7
from tests.stage import Camp

EVIL = '</script><script>alert(1)</script>"><img src=x>'


def session_page(camp: Camp) -> str:
    return httpx.get(f"{camp.server.url}/e/{camp.slug}/s/{camp.sessions[0]['slug']}").text


def linked_data(page: str) -> dict[str, Any]:
    (text,) = re.findall('<script type="application/ld\\+json">(.*?)</script>', page)
    found: dict[str, Any] = json.loads(text)
    return found


def previews(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall('<meta property="og:([^"]+)" content="([^"]*)">', page)}


def test_a_session_is_described_as_an_event_within_its_event(camp: Camp) -> None:
    session, home = camp.sessions[0], f"{camp.server.url}/e/{camp.slug}"
    found = linked_data(session_page(camp))
    assert {key: found[key] for key in ("@type", "name", "url", "location", "performer", "eventStatus")} == {
        "@type": "Event", "name": session["title"], "url": f"{home}/s/{session['slug']}",
        "location": {"@type": "Place", "name": "Kitchen"}, "performer": [{"@type": "Person", "name": "Ida Moss"}],
        "eventStatus": "https://schema.org/EventScheduled",
    }  # fmt: skip
    assert (found["superEvent"]["name"], found["superEvent"]["url"]) == ("Teacup Camp", home)
    assert linked_data(httpx.get(home).text)["name"] == "Teacup Camp"


def test_markup_in_a_title_stays_text_in_previews_and_linked_data(camp: Camp) -> None:
    edit = {"op": uuid7(), "do": "change_session", "session": camp.guid, "title": EVIL, "leaders": [EVIL[:50]]}
    assert camp.person("organiser").post("grid", edit).status_code == 200
    page = session_page(camp)
    assert linked_data(page)["name"] == EVIL
    assert previews(page)["title"] == f"{EVIL} · Teacup Camp"
    assert "<script>alert" not in page


def test_search_engines_stay_away_from_the_api_and_join_links(camp: Camp) -> None:
    answer = httpx.get(f"{camp.server.url}/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert re.findall("Disallow: (.*)", answer.text) == ["/api/", "/join/", "/socket.io/"]
