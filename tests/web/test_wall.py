"""The wall and the embedded session, as the server makes them: settings, what is public, and text that stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import httpx2 as httpx
import pytest

from backchannel.config import Settings
from backchannel.domain.errors import Invalid
from backchannel.domain.ids import uuid7
from tests.stage import Camp, Server, put

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def get(camp: Camp, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{camp.server.url}/{path}", headers=headers)


def wall(camp: Camp, query: str = "") -> str:
    answer = get(camp, f"e/{camp.slug}/wall{query}")
    assert answer.status_code == 200
    return answer.text


def embedded(camp: Camp) -> str:
    return f"e/{camp.slug}/s/{camp.sessions[0]['slug']}/embed"


def described(camp: Camp, path: str = "", **query: str) -> httpx.Response:
    address = f"{camp.server.url}/{path or embedded(camp).removesuffix('/embed')}"
    return httpx.get(f"{camp.server.url}/oembed", params={"url": address, **query})


def sections(page: str, heading: str) -> list[str]:
    part = page.split(f'id="projector-{heading}"')[1].split("</section>")[0]
    return re.findall(r"<h3><bdi>(.*?)</bdi></h3>", part)


def texts(page: str) -> list[str]:
    return re.findall(r'data-slot="html" dir="auto">(.*?)</div>', page.split("<template")[0])


def test_the_wall_shows_now_next_the_newest_lines_and_the_address(camp: Camp) -> None:
    ann = camp.join("Ann")
    ann.note("Worms eat it")
    ann.note("Lunch is at one", session=None)
    page = wall(camp)
    assert sections(page, "now") == ["Compost for councillors", "Minutes nobody reads"]
    assert sections(page, "next") == ["The bus that never comes"]
    assert texts(page) == ["Worms eat it", "Lunch is at one"]
    assert f"{camp.server.url.removeprefix('http://')}/e/{camp.slug}" in page.replace("<wbr>", "")
    assert page.count('class="code"') == 1


def test_the_wall_takes_its_settings_from_the_address(camp: Camp) -> None:
    page = wall(camp, "?theme=dark&rotate=20&rooms=kitchen&font=huge")
    assert sections(page, "now") == ["Compost for councillors"]
    assert ('data-rotate="20"' in page, 'data-font="huge"' in page, "dist/dark.css" in page) == (True, True, True)
    odd = wall(camp, "?theme=pink&rotate=-3&font=1em&rotate=x")
    assert ('data-rotate="15"' in odd, 'data-font="normal"' in odd, "dist/dark.css" in odd) == (True, True, False)
    assert 'data-rotate="600"' in wall(camp, "?rotate=99999")
    assert 'data-rotate="0"' in wall(camp, "?rotate=0")


def test_a_wall_of_some_rooms_shows_only_their_lines(camp: Camp) -> None:
    ann = camp.join("Ann")
    ann.note("In the kitchen")
    ann.note("In the attic", session=camp.sessions[1]["guid"])
    assert texts(wall(camp, "?rooms=Attic")) == ["In the attic"]
    assert texts(wall(camp, "?rooms=Attic,Kitchen")) == ["In the kitchen", "In the attic"]


def test_a_wall_without_scripts_reloads_itself(camp: Camp) -> None:
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in wall(camp)


def test_what_is_hidden_is_on_no_wall_and_in_no_frame(camp: Camp) -> None:
    ann = camp.join("Ann")
    notes = [put(text, session=camp.guid) for text in ("canary", "stays")]
    ann.ops(*notes)
    assert camp.person("organiser").do({"op": uuid7(), "id": notes[0]["id"], "do": "hide"})["ok"]
    for page in (wall(camp), get(camp, embedded(camp)).text):
        assert ("canary" in page, "stays" in page) == (False, True)


def test_a_restricted_event_has_no_wall_for_strangers_and_no_frame_for_anybody(camp: Camp) -> None:
    camp.server.run("event", "set", camp.slug, "--restricted")
    bearer = {"Authorization": f"Bearer {camp.passes['organiser']}"}
    assert get(camp, f"e/{camp.slug}/wall").status_code == 404
    assert get(camp, f"e/{camp.slug}/wall", **bearer).status_code == 200
    assert get(camp, embedded(camp)).status_code == 404
    assert get(camp, embedded(camp), **bearer).status_code == 404
    assert described(camp).status_code == 404


def test_a_frame_may_be_shown_anywhere_and_other_pages_nowhere(camp: Camp) -> None:
    policy = get(camp, embedded(camp)).headers["Content-Security-Policy"]
    assert re.findall("frame-ancestors [^;]*", policy) == ["frame-ancestors *"]
    page = get(camp, embedded(camp).removesuffix("/embed"))
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_the_host_decides_which_sites_may_show_a_frame(another_server: Callable[..., Server]) -> None:
    camp = Camp.make(another_server(embed="https://blog.example.org, *.example.net"))
    policy = get(camp, embedded(camp)).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://blog.example.org *.example.net")


def test_a_list_of_sites_cannot_change_the_policy() -> None:
    for sites in ("https://a.example; script-src *", "'unsafe-inline'", "javascript:"):
        with pytest.raises(Invalid, match="BACKCHANNEL_EMBED can't contain"):
            Settings.from_environment({"BACKCHANNEL_EMBED": sites})


def test_a_frame_reads_no_cookie_and_sets_none(camp: Camp) -> None:
    browser = httpx.Client()
    browser.post(camp.links["scribe"], data={"name": "Ann"})
    known = browser.get(f"{camp.server.url}/{embedded(camp)}")
    assert ("set-cookie" in known.headers, ">Ann<" in known.text) == (False, False)
    tokens = [re.findall('data-page-token="([^"]*)"', page) for page in (known.text, get(camp, embedded(camp)).text)]
    assert tokens[0] == tokens[1]


def test_oembed_describes_a_session(camp: Camp) -> None:
    found = described(camp, maxwidth="500", maxheight="300").json()
    assert {name: value for name, value in found.items() if name != "html"} == {
        "version": "1.0", "type": "rich", "title": "Compost for councillors · Teacup Camp", "provider_name": "Backchannel",
        "provider_url": camp.server.url, "cache_age": 300, "width": 500, "height": 300,
    }  # fmt: skip
    frame = re.fullmatch(r'<iframe src="([^"]*)" width="500" height="300" title="[^"]*" loading="lazy"></iframe>', found["html"])
    assert frame
    assert httpx.get(frame[1]).status_code == 200


def test_a_session_page_names_its_description(camp: Camp) -> None:
    page = get(camp, embedded(camp).removesuffix("/embed")).text
    (address,) = re.findall('type="application/json\\+oembed" title="[^"]*" href="([^"]*)"', page)
    assert httpx.get(camp.server.url + unescape(address)).json() == described(camp).json()


def test_oembed_knows_no_other_address(camp: Camp) -> None:
    for path in ("e/nowhere/s/x", f"e/{camp.slug}/s/nowhere", f"e/{camp.slug}", "", "%00"):
        assert described(camp, path or "healthz").status_code == 404
    elsewhere = httpx.get(f"{camp.server.url}/oembed", params={"url": "https://other.example/e/a/s/b"})
    assert elsewhere.status_code == 404
    assert described(camp, format="xml").status_code == 501
    assert described(camp, maxwidth="wide").status_code == 400


def test_markup_in_titles_and_names_stays_text(camp: Camp) -> None:
    camp.join(f"Ann {EVIL}"[:60]).note(EVIL)
    edit = {"op": uuid7(), "do": "change_session", "session": camp.guid, "title": EVIL, "leaders": [EVIL]}
    answer = camp.person("organiser").post("grid", edit)
    assert answer.status_code == 200, answer.text
    assert EVIL in [session["title"] for session in httpx.get(camp.api).json()["sessions"]]
    for page in (wall(camp), get(camp, embedded(camp)).text, described(camp).json()["html"]):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert EVIL in unescape(wall(camp))
