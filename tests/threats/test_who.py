"""A: who may do what. Each test is named by the threat it tries."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, Person, Server, put
from tests.threats.wire import GONE, Wire


@pytest.fixture
def other(shared_server: Server) -> Camp:
    """Another event on the same server, of other people."""
    return Camp.make(shared_server)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


DESKS = ("organise", "triage", "s/compost-for-councillors/write", "s/compost-for-councillors/write-up/edit")


@pytest.mark.parametrize("desk", DESKS)
def test_A5_a_pass_of_another_event_opens_no_desk_of_this_one(camp: Camp, other: Camp, desk: str) -> None:
    answer = httpx.get(f"{camp.server.url}/e/{camp.slug}/{desk}", headers=bearer(other.passes["organiser"]))
    assert answer.status_code == 401
    assert "This link is for another event." in answer.text
    assert not [role for role, token in camp.passes.items() if token in answer.text]


@pytest.mark.parametrize("desk", DESKS)
def test_A4_a_pass_that_was_ended_opens_no_desk(camp: Camp, desk: str) -> None:
    renew(camp, "organiser")
    answer = httpx.get(f"{camp.server.url}/e/{camp.slug}/{desk}", headers=bearer(camp.passes["organiser"]))
    assert answer.status_code == 401
    assert "no longer works" in answer.text


def test_A5_a_pass_of_another_event_does_not_make_one_an_editor_who_reads_what_is_not_published(
    camp: Camp, other: Camp
) -> None:
    camp.join("Ann").note("not yet for everybody")
    address = f"{camp.server.url}/e/{camp.slug}/s/compost-for-councillors/write-up"
    httpx.post(f"{address}/publish", data={"published": "no"}, headers=bearer(camp.passes["organiser"]))
    assert httpx.get(address).status_code == 404
    for path in (address, f"{address}.md", f"{camp.server.url}/e/{camp.slug}/write-up.md"):
        assert "not yet for everybody" not in httpx.get(path, headers=bearer(other.passes["scribe"])).text


def test_A5_a_pass_of_another_event_joins_writes_and_follows_nothing_here(camp: Camp, other: Camp) -> None:
    stranger = Person(camp, other.passes["scribe"])
    assert stranger.post("join", {"name": "Mallory"}).status_code == 401
    assert stranger.post("ops", {"ops": [put("from next door")]}).status_code == 401
    followed = httpx.get(
        f"{camp.api}/changes", params={"channel": "staff"}, headers=bearer(other.passes["organiser"])
    )
    assert (followed.status_code, camp.texts("event")) == (401, [])


def test_A5_the_id_of_another_event_s_item_is_just_a_new_id_here(camp: Camp, other: Camp) -> None:
    theirs = other.join("Ann").note("theirs")
    asked = httpx.get(f"{camp.api}/items/{theirs['id']}")
    assert asked.json()["error"]["code"] == "unknown_item"
    moved = camp.person("organiser").do({"op": uuid7(), "id": theirs["id"], "do": "hide"})
    assert moved["error"]["code"] == "unknown_item"
    camp.join("Bob").do(put("ours", id=theirs["id"]))
    assert (other.texts("event"), camp.texts("event")) == (["theirs"], ["ours"])


ABSENT = ("", "/changes", "/changes?channel=staff", "/changes?after=0&wait=1", "/items/0197690d-6b1e-7c3a-9d52-0f1b8f3a6c11")
PAGES = (
    "", "/all", "/s/compost-for-councillors", "/s/nothing", "/s/compost-for-councillors/write", "/write-up", "/write-up.md",
    "/write-up.pdf", "/write-up.nonsense", "/s/compost-for-councillors/write-up", "/s/compost-for-councillors/write-up.json",
    "/s/compost-for-councillors/write-up/edit", "/organise", "/triage", "/i/0197690d-6b1e-7c3a-9d52-0f1b8f3a6c11",
)  # fmt: skip


def test_A5_a_restricted_event_answers_strangers_as_one_that_is_not_there(camp: Camp, other: Camp) -> None:
    camp.join("Ann").note("between us")
    restrict(camp)
    browser = httpx.Client()
    for headers in ({}, bearer(other.passes["organiser"])):
        for base, paths in ((camp.api, ABSENT), (f"{camp.server.url}/e/{camp.slug}", PAGES)):
            for path in paths:
                here = answered(browser, base + path, headers, camp.slug)
                assert here == answered(browser, base.replace(camp.slug, "nowhere") + path, headers, "nowhere"), path
                assert here[0] == 404
    assert camp.slug not in httpx.get(camp.server.url).text


def test_A5_an_event_may_be_restricted_from_its_first_moment(camp: Camp) -> None:
    said = camp.server.run("event", "create", f"{camp.slug}-x", "--title", "Ours", "--restricted")
    assert "Nobody else can read it." in said
    assert httpx.get(f"{camp.server.url}/e/{camp.slug}-x").status_code == 404


def test_A5_a_restricted_event_takes_no_word_from_strangers_either(camp: Camp, other: Camp) -> None:
    restrict(camp)
    for path in ("/organise/feeds", "/organise/links/scribe", "/triage/x", "/leave", "/s/compost-for-councillors/write"):
        there = httpx.post(f"{camp.server.url}/e/{camp.slug}{path}", headers=bearer(other.passes["organiser"]))
        assert there.status_code == 404


def test_A5_who_has_a_pass_reads_a_restricted_event_and_who_had_one_is_told(camp: Camp) -> None:
    camp.join("Ann").note("between us")
    restrict(camp)
    mine = bearer(camp.passes["follower"])
    assert [item["text"] for item in httpx.get(f"{camp.api}/changes", headers=mine).json()["items"]] == ["between us"]
    assert "between us" in httpx.get(f"{camp.server.url}/e/{camp.slug}/all", headers=mine).text
    renew(camp, "follower")
    assert httpx.get(f"{camp.api}/changes", headers=mine).status_code == 401


def answered(browser: httpx.Client, url: str, headers: dict[str, str], slug: str) -> tuple[int, str]:
    """The answer, without the name that was asked for."""
    answer = browser.get(url, headers=headers)
    return answer.status_code, answer.text.replace(slug, "…")


def restrict(camp: Camp) -> None:
    camp.server.run("event", "set", camp.slug, "--restricted")


def renew(camp: Camp, role: str) -> str:
    """Make the role's link anew; the new pass."""
    made: Any = camp.server.run("event", "pass", camp.slug, "--role", role, "--new").strip()
    return str(made).rsplit("/", 1)[-1]


def test_A5_a_pass_for_one_session_writes_there_and_is_never_an_organiser_s(camp: Camp) -> None:
    made = camp.server.run("event", "pass", camp.slug, "--role", "scribe", "--session", "minutes-nobody-reads")
    here = Person(camp, made.strip().rsplit("/", 1)[-1])
    assert here.note("not my session")["error"]["code"] == "forbidden"
    assert here.note("mine", session=camp.sessions[1]["guid"])["ok"] is True
    done = camp.server.command("event", "pass", camp.slug, "--role", "organiser", "--session", "minutes-nobody-reads")
    assert (done.returncode, done.stderr) == (
        1, "Only note-takers' links can be limited to one session.\n"
    )  # fmt: skip


# --- on the socket


def test_A4_an_organiser_whose_pass_was_ended_hears_nothing_more_of_the_staff(camp: Camp) -> None:
    with Wire(camp.server).hello(**{"pass": camp.passes["organiser"]}) as wire:
        assert wire.call("follow", {"channel": "staff"})["seq"] == 0
        renew(camp, "organiser")
        assert wire.heard(within=5) is GONE  # within a second; a busy machine has more
        camp.join("Ann").note("after that")
    with Wire(camp.server).hello(**{"pass": camp.passes["organiser"]}) as again:
        assert again.call("follow", {"channel": "staff"})["error"]["code"] == "bad_pass"


def test_A6_a_follower_of_an_event_that_becomes_restricted_hears_nothing_more(camp: Camp) -> None:
    with Wire(camp.server).hello() as stranger, Wire(camp.server).hello(**{"pass": camp.passes["follower"]}) as guest:
        for wire in (stranger, guest):
            assert wire.call("follow", {"event": camp.slug, "channel": f"session/{camp.guid}"})["seq"] == 0
        restrict(camp)
        assert stranger.heard(within=5) is GONE
        camp.join("Ann").note("between us")
        assert "between us" in str(guest.heard())


def test_A6_an_answer_that_was_held_is_not_given_to_somebody_whose_pass_was_ended(camp: Camp) -> None:
    restrict(camp)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(
            httpx.get, f"{camp.api}/changes", params={"wait": 20}, headers=bearer(camp.passes["follower"]), timeout=30
        )
        renew(camp, "follower")
        camp.join("Ann").note("between us")
        assert (held.result().status_code, "between us" in held.result().text) == (401, False)


def test_A6_nobody_is_let_onto_a_channel_by_guessing_its_name(camp: Camp, other: Camp) -> None:
    restrict(camp)
    with Wire(camp.server).hello(**{"pass": other.passes["organiser"]}) as wire:
        for channel in ("event", "staff", f"session/{camp.guid}"):
            answer = wire.call("follow", {"event": camp.slug, "channel": channel})
            assert answer["error"]["code"] == "unknown_event", channel
        for channel in (f"{camp.slug}/event", "session/../event", "", None, ["staff"], "STAFF"):
            assert "error" in wire.call("follow", {"event": other.slug, "channel": channel}), channel
        assert wire.call("ops", {"event": camp.slug, "ops": [put("x")]})["error"]["code"] == "bad_pass"


def test_A2_a_page_of_another_site_opens_no_socket(camp: Camp) -> None:
    own = f"127.0.0.1:{camp.server.port}"
    for origin, host in (("http://evil.example", own), ("null", own), ("http://evil.example", "evil.example")):
        with Wire(camp.server, Origin=origin, Host=host) as wire:
            assert wire.status == 400, (origin, host)
    with Wire(camp.server, Origin="http://evil.example", **{"X-Forwarded-Host": "evil.example"}) as wire:
        assert wire.status == 400
    with Wire(camp.server, Origin=f"http://{own}") as wire:
        assert wire.status == 101


def test_A2_a_cookie_without_the_token_of_a_page_is_nobody_s(camp: Camp) -> None:
    cookie = f"backchannel-{camp.slug}={camp.passes['organiser']}"
    with Wire(camp.server, Cookie=cookie).hello() as wire:
        assert wire.call("follow", {"event": camp.slug, "channel": "staff"})["error"]["code"] == "bad_pass"


def test_A3_over_https_the_cookie_is_one_that_no_neighbour_can_set(another_server: Callable[..., Server]) -> None:
    port = free_port()
    server = another_server(public_url=f"https://127.0.0.1:{port}", port=str(port))
    camp = Camp.make(server)
    name = f"__Host-backchannel-{camp.slug}"
    browser = httpx.Client(base_url=f"http://127.0.0.1:{port}")
    set_cookie = browser.post(f"/join/{camp.passes['scribe']}", data={"name": "Ann"}).headers["Set-Cookie"]
    assert set_cookie.startswith(f"{name}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(set_cookie.split("; "))
    cookie = {"Cookie": set_cookie.split(";")[0]}
    assert "<bdi>Ann</bdi>" in browser.get(f"/e/{camp.slug}", headers=cookie).text
    left = browser.post(f"/e/{camp.slug}/leave", headers=cookie).headers["Set-Cookie"]
    assert left.startswith(f"{name}=;")
    assert "Secure" in left.split("; ")


def test_A13_what_a_pass_opened_is_kept_by_no_cache_on_the_way(camp: Camp) -> None:
    for n in range(2):
        camp.join("Ann").note(f"between us {n}")
    restrict(camp)
    cookie = {"Cookie": f"backchannel-{camp.slug}={camp.passes['follower']}"}
    for path in (f"{camp.api}/changes", f"{camp.api}/changes?limit=1", f"{camp.server.url}/e/{camp.slug}/write-up.md"):
        answer = httpx.get(path, headers=cookie)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("private, ")
        assert {"Cookie", "Authorization"} <= set(answer.headers["Vary"].split(", "))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
