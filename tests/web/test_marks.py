"""What programs read of a page: JSON-LD, previews and robots.txt."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx2 as httpx

from backchannel.domain.ids import uuid7
from tests.stage import Camp

EVIL = '</script><script>alert(1)</script>"><img src=x>'


def session_page(camp: Camp) -> str:
    return httpx.get(f"{camp.server.url}/e/{camp.slug}/s/{camp.sessions[0]['slug']}").text


def linked_data(page: str, kind: str = "Event") -> dict[str, Any]:
    texts = re.findall('<script type="application/ld\\+json">(.*?)</script>', page)
    (found,) = [data for data in map(json.loads, texts) if data["@type"] == kind]
    return dict(found)


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


def test_the_notes_of_a_session_are_described_as_a_live_blog_about_it(camp: Camp) -> None:
    writer = camp.join("Priya")
    ids = [writer.note(text)["id"] for text in ("The kettle is on", EVIL)]
    gone = writer.note("A slip of the pen")["id"]
    writer.do({"op": uuid7(), "id": gone, "do": "retract"})
    times = [httpx.get(f"{camp.api}/items/{id}").json()["item"]["at"] for id in ids]
    found, event = linked_data(session_page(camp), "LiveBlogPosting"), linked_data(session_page(camp))
    assert (found["headline"], found["url"], found["about"]["superEvent"]["name"]) == (
        event["name"], event["url"], "Teacup Camp",
    )  # fmt: skip
    assert found["liveBlogUpdate"] == [
        {
            "@type": "BlogPosting", "articleBody": text, "datePublished": at,
            "author": {"@type": "Person", "name": "Priya"}, "url": f"{camp.server.url}/e/{camp.slug}/i/{id}",
        }
        for id, at, text in zip(ids, times, ("The kettle is on", EVIL), strict=True)
    ]  # fmt: skip


def test_search_engines_list_a_write_up_once_somebody_edited_it_and_while_it_is_published(camp: Camp) -> None:
    camp.join("Priya").note("The kettle is on")
    event = f"{camp.server.url}/e/{camp.slug}"
    session = f"{event}/s/{camp.sessions[0]['slug']}/write-up"
    organiser = {"Authorization": f"Bearer {camp.passes['organiser']}"}

    def listed() -> list[bool]:
        pages = [httpx.get(url, headers=organiser) for url in (session, f"{event}/write-up")]
        assert [page.status_code for page in pages] == [200, 200]
        return ['<meta name="robots" content="noindex">' not in page.text for page in pages]

    assert listed() == [False, False]
    httpx.post(f"{session}/edit", data={"title": "Tea"}, headers=organiser)
    assert listed() == [True, True]
    httpx.post(f"{session}/publish", data={"published": "no"}, headers=organiser)
    assert listed() == [False, False]
    httpx.post(f"{session}/publish", data={"published": "yes"}, headers=organiser)
    assert listed() == [True, True]
    assert httpx.get(f"{event}/write-up.html").headers["X-Robots-Tag"] == "noindex"


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


class Marked(HTMLParser):
    """The microformats classes of a page's elements, with the text or the datetime of each. Templates are left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []  # classes whose text follows
        self.feed(re.sub("<template.*?</template>", "", page, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in re.findall(r"(?<!\S)(?:h|p|e|u|dt)-[a-z]+(?!\S)", given.get("class") or ""):
            value = given.get("datetime") or given.get("href")
            if name.startswith("h-") or value:
                self.found.append((name, value or ""))
            else:
                self._open.append(name)

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.found.append((self._open.pop(), data.strip()))


def test_a_session_page_is_an_h_event_with_a_feed_of_entries(camp: Camp) -> None:
    id = camp.join("Priya").note("The kettle is on")["id"]
    session = camp.sessions[0]
    item = httpx.get(f"{camp.api}/items/{id}").json()["item"]
    page = session_page(camp)
    marked = Marked(page[: page.index('<aside class="elsewhere"')]).found
    assert [name for name, _ in marked].count("h-event") == 1
    assert {("p-name", session["title"]), ("p-location", "Kitchen")} <= set(marked)
    assert marked[[name for name, _ in marked].index("h-feed") :] == [
        ("h-feed", ""), ("h-entry", ""), ("u-url", f"/e/{camp.slug}/i/{id}"), ("dt-published", item["at"]),
        ("p-author", "Priya"), ("e-content", "The kettle is on"),
    ]  # fmt: skip
    starts = datetime.fromisoformat(session["starts"])
    assert [datetime.fromisoformat(when) for name, when in marked if name == "dt-start"] == [starts]


def test_an_event_page_is_an_h_event_with_its_days(camp: Camp) -> None:
    page = httpx.get(f"{camp.server.url}/e/{camp.slug}").text
    head = page[
        page.index('<header class="event-head') : page.index("</header>", page.index('<header class="event-head'))
    ]
    day = camp.sessions[0]["starts"][:10]
    assert Marked(head).found[:3] == [("h-event", ""), ("p-name", "Teacup Camp"), ("dt-start", day)]
