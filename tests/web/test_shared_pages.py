"""Pages that many viewers share: nobody sees what is meant for another kind of viewer, or what was removed."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, Person, Server, put

SESSION = "s/compost-for-councillors"
PAGES = ("", "/all", f"/{SESSION}")


def address(camp: Camp, path: str) -> str:
    return f"{camp.server.url}/e/{camp.slug}{path}"


def read(camp: Camp, path: str, token: str = "", **headers: str) -> httpx.Response:
    """Open a page as a browser does: with the event's cookie, if there is a pass."""
    cookie = {"Cookie": f"backchannel-{camp.slug}={token}"} if token else {}
    return httpx.get(address(camp, path), headers=cookie | headers)


def page_token(page: httpx.Response) -> str:
    found = re.search(r'data-page-token="([^"]*)"', page.text)
    assert found
    return found[1]


def with_many_notes(camp: Camp, count: int = 400) -> Person:
    ann = camp.join("Ann")
    for start in range(0, count, 50):
        ann.ops(*(put(f"note {n}.", session=camp.guid) for n in range(start, start + 50)))
    return ann


@pytest.mark.parametrize("path", PAGES)
def test_every_kind_of_viewer_sees_their_own_page_whoever_opened_it_before(camp: Camp, path: str) -> None:
    ann, bob = camp.join("Ann Personal"), camp.join("Bob Personal")
    ann.note("a note")
    tokens = {"": "", **camp.passes, "ann": ann.token, "bob": bob.token}
    first = {name: read(camp, path, token) for name, token in tokens.items()}
    again = {name: read(camp, path, token) for name, token in reversed(tokens.items())}
    assert {name: page_token(page) for name, page in again.items()} == {name: page_token(page) for name, page in first.items()}
    assert len({page_token(page) for page in first.values()}) == len(first)
    assert [name for name, page in again.items() if "/organise" in page.text] == ["organiser"]
    named = {name: re.findall(r"notes as <strong><bdi>(.*?)</bdi>", page.text) for name, page in first.items()}
    writers = {"scribe": "Note-taker", "organiser": "Organiser", "ann": "Ann Personal", "bob": "Bob Personal"}
    assert named == {name: [writers[name]] if path == "" and name in writers else [] for name in first}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_a_pass_is_not_stored_and_the_public_one_is_revalidated(camp: Camp, path: str) -> None:
    public = read(camp, path)
    assert (public.headers["Cache-Control"], "Set-Cookie" in public.headers) == ("no-cache", False)
    assert read(camp, path, **{"If-None-Match": public.headers["ETag"]}).status_code == 304
    personal = read(camp, path, camp.join("Ann").token)
    assert personal.headers["Cache-Control"] == "private, no-store"
    assert {"Cookie", "Authorization"} <= set(personal.headers["Vary"].split(", "))


@pytest.mark.parametrize("path", [*PAGES, "/all?all=1", f"/{SESSION}?all=1"])
def test_an_event_that_becomes_restricted_shows_strangers_none_of_its_pages(camp: Camp, path: str) -> None:
    camp.join("Ann").note("for the public, at first")
    tag = read(camp, path).headers["ETag"]
    camp.server.run("event", "set", camp.slug, "--restricted")
    for token in ("", Camp.make(camp.server).passes["organiser"]):
        refused = read(camp, path, token, **{"If-None-Match": tag})
        assert (refused.status_code in (401, 404), "for the public" in refused.text) == (True, False)
    assert read(camp, path, camp.passes["follower"]).status_code == 200
    camp.server.run("event", "pass", camp.slug, "--role", "follower", "--new")
    assert read(camp, path, camp.passes["follower"]).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_revoked_pass_gets_the_public_page(camp: Camp, path: str) -> None:
    assert "/organise" in read(camp, path, camp.passes["organiser"]).text
    camp.server.run("event", "pass", camp.slug, "--role", "organiser", "--new")
    after = read(camp, path, camp.passes["organiser"])
    assert (after.status_code, "/organise" in after.text, page_token(after)) == (200, False, page_token(read(camp, path)))


def test_a_hidden_note_is_on_no_page_from_then_on(camp: Camp) -> None:
    with_many_notes(camp)
    older = re.search(r'href="([^"]*before=[^"]*)" data-earlier', read(camp, f"/{SESSION}").text)
    assert older
    window = older[1].removeprefix(f"/e/{camp.slug}").replace("&amp;", "&")
    paths = (f"/{SESSION}", "/all", window, f"/{SESSION}?all=1", "/all?all=1")
    ids = [camp.changes("event", after=after)["items"][0]["id"] for after in (395, 200)]
    texts = {"newest": "note 395.", "older": "note 200."}
    before = {path: [name for name, text in texts.items() if text in read(camp, path).text] for path in paths}
    assert before == {
        f"/{SESSION}": ["newest"], "/all": ["newest"], window: ["older"], f"/{SESSION}?all=1": ["newest", "older"],
        "/all?all=1": ["newest", "older"],
    }  # fmt: skip
    for id in ids:
        camp.person("organiser").do({"op": uuid7(), "id": id, "do": "hide"})
    for path in paths:
        assert [text for text in texts.values() if text in read(camp, path).text] == []
    answer = httpx.get(f"{camp.api}/window", params={"channel": f"session/{camp.guid}"}).json()
    assert texts["newest"] not in [item["text"] for item in answer["items"]]


@pytest.mark.parametrize("path", ["/all", f"/{SESSION}", f"/{SESSION}?all=1"])
def test_a_session_that_stops_showing_names_shows_none_on_kept_pages(camp: Camp, path: str) -> None:
    camp.join("Zebedee").note("Marigold: said so")
    assert "Zebedee" in read(camp, path).text
    camp.server.run("event", "session", camp.slug, "compost-for-councillors", "--no-names")
    assert "Zebedee" not in read(camp, path).text
    camp.join("Marigold").note("elsewhere", session=None)
    (row,) = re.findall(r'<li class="item[^>]*data-session="' + camp.guid + r'".*?</li>', read(camp, path).text, re.S)
    assert "Marigold" not in row


def test_a_restored_backup_gets_pages_of_its_own(another_server: Callable[..., Server]) -> None:
    server = another_server()
    camp = Camp.make(server)
    camp.join("Ann").note("before the backup")
    backup = server.db.with_name("copy.db")
    server.run("backup", str(backup))
    camp.join("Ann").note("after the backup")
    page = read(camp, f"/{SESSION}")
    server.run("restore", str(backup))
    restored = read(camp, f"/{SESSION}", **{"If-None-Match": page.headers["ETag"]})
    assert ("before the backup" in restored.text, "after the backup" in restored.text) == (True, False)


def test_earlier_and_later_links_lead_through_every_line_once(camp: Camp) -> None:
    with_many_notes(camp)
    everything = [f"note {n}." for n in range(400)]
    newest = read(camp, f"/{SESSION}").text
    back = [lines(newest)]
    while link := re.search(r'href="([^"]+)" data-earlier>', newest):
        newest = httpx.get(camp.server.url + link[1].replace("&amp;", "&")).text
        back.insert(0, lines(newest))
    assert [line for page in back for line in page] == everything
    forth = [lines(newest)]
    while link := re.search(r'href="([^"]*after=[^"]*)"', newest):
        newest = httpx.get(camp.server.url + link[1].replace("&amp;", "&")).text
        forth.append(lines(newest)[-150:])
    assert [line for page in forth[:-1] for line in page] == everything[: 150 * (len(forth) - 1) - 50]
    assert lines(read(camp, f"/{SESSION}?all=1").text) == everything


def lines(html: str) -> list[str]:
    return re.findall(r"note \d+\.", " ".join(re.findall(r'data-slot="html" dir="auto">(.*?)</div>', html)))


def test_a_permanent_link_opens_the_window_that_holds_the_line(camp: Camp) -> None:
    with_many_notes(camp)
    id = camp.changes("event", after=60)["items"][0]["id"]
    page = httpx.get(address(camp, f"/i/{id}"), follow_redirects=True)
    assert (page.status_code, f'id="i-{id}"' in page.text, "data-live" in page.text) == (200, True, False)
    newest = camp.changes("event", after=399)["items"][0]["id"]
    assert "data-live" in httpx.get(address(camp, f"/i/{newest}"), follow_redirects=True).text
