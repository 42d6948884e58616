"""A: permissions. Each test is named after its threat."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, Person, Server, put
from tests.threats.wire import Wire


@pytest.fixture
def other(shared_server: Server) -> Camp:
    """Return another event of other people on the same server."""
    return Camp.make(shared_server)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


DESKS = ("organise", "triage", "grid/edit", "s/compost-for-councillors/write", "s/compost-for-councillors/write-up/edit")


@pytest.mark.parametrize("desk", DESKS)
def test_A5_a_pass_of_another_event_opens_no_organiser_page_of_this_one(camp: Camp, other: Camp, desk: str) -> None:
    answer = httpx.get(f"{camp.server.url}/e/{camp.slug}/{desk}", headers=bearer(other.passes["organiser"]))
    assert answer.status_code == 401
    assert "This link is for another event." in answer.text
    assert not [role for role, token in camp.passes.items() if token in answer.text]


@pytest.mark.parametrize("desk", DESKS)
def test_A4_a_revoked_pass_opens_no_organiser_page(camp: Camp, desk: str) -> None:
    renew(camp, "organiser")
    answer = httpx.get(f"{camp.server.url}/e/{camp.slug}/{desk}", headers=bearer(camp.passes["organiser"]))
    assert answer.status_code == 401
    assert "no longer works" in answer.text


def test_A5_a_pass_of_another_event_does_not_reveal_unpublished_write_ups(camp: Camp, other: Camp) -> None:
    camp.join("Ann").note("not yet for everybody")
    address = f"{camp.server.url}/e/{camp.slug}/s/compost-for-councillors/write-up"
    httpx.post(f"{address}/publish", data={"published": "no"}, headers=bearer(camp.passes["organiser"]))
    assert httpx.get(address).status_code == 404
    for path in (address, f"{address}.md", f"{camp.server.url}/e/{camp.slug}/write-up.md"):
        assert "not yet for everybody" not in httpx.get(path, headers=bearer(other.passes["scribe"])).text


def test_A5_a_pass_of_another_event_cannot_join_write_or_follow_here(camp: Camp, other: Camp) -> None:
    stranger = Person(camp, other.passes["scribe"])
    assert stranger.post("join", {"name": "Mallory"}).status_code == 401
    assert stranger.post("ops", {"ops": [put("from next door")]}).status_code == 401
    followed = httpx.get(f"{camp.api}/changes", params={"channel": "staff"}, headers=bearer(other.passes["organiser"]))
    assert (followed.status_code, camp.texts("event")) == (401, [])


def test_A5_the_id_of_another_event_s_item_is_just_a_new_id_here(camp: Camp, other: Camp) -> None:
    theirs = other.join("Ann").note("theirs")
    asked = httpx.get(f"{camp.api}/items/{theirs['id']}")
    assert asked.json()["error"]["code"] == "unknown_item"
    moved = camp.person("organiser").do({"op": uuid7(), "id": theirs["id"], "do": "hide"})
    assert moved["error"]["code"] == "unknown_item"
    camp.join("Bob").do(put("ours", id=theirs["id"]))
    assert (other.texts("event"), camp.texts("event")) == (["theirs"], ["ours"])


ABSENT = (
    "",
    "/changes",
    "/changes?channel=staff",
    "/changes?after=0&wait=1",
    "/programme",
    "/programme?after=0",
    "/items/0197690d-6b1e-7c3a-9d52-0f1b8f3a6c11",
)
PAGES = (
    "", "/all", "/s/compost-for-councillors", "/s/nothing", "/s/compost-for-councillors/write", "/write-up", "/write-up.md",
    "/write-up.pdf", "/write-up.nonsense", "/s/compost-for-councillors/write-up", "/s/compost-for-councillors/write-up.json",
    "/s/compost-for-councillors/write-up/edit", "/organise", "/triage", "/grid/edit",
    "/pitches", "/i/0197690d-6b1e-7c3a-9d52-0f1b8f3a6c11",
)  # fmt: skip


def test_A5_a_restricted_event_answers_strangers_like_a_missing_one(camp: Camp, other: Camp) -> None:
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


def test_A5_an_event_can_be_created_as_restricted(camp: Camp) -> None:
    said = camp.server.run("event", "create", f"{camp.slug}-x", "--title", "Ours", "--restricted")
    assert "Nobody else can read it." in said
    assert httpx.get(f"{camp.server.url}/e/{camp.slug}-x").status_code == 404


def test_A5_a_restricted_event_accepts_no_notes_from_strangers(camp: Camp, other: Camp) -> None:
    restrict(camp)
    for path in (
        "/organise/feeds",
        "/organise/links/scribe",
        "/triage/x",
        "/grid/edit",
        "/pitches",
        "/pitches/x/vote",
        "/leave",
        "/s/compost-for-councillors/write",
    ):
        there = httpx.post(f"{camp.server.url}/e/{camp.slug}{path}", headers=bearer(other.passes["organiser"]))
        assert there.status_code == 404


def test_A5_a_pass_opens_a_restricted_event_and_a_revoked_pass_gets_an_explanation(camp: Camp) -> None:
    camp.join("Ann").note("between us")
    restrict(camp)
    mine = bearer(camp.passes["follower"])
    assert [item["text"] for item in httpx.get(f"{camp.api}/changes", headers=mine).json()["items"]] == ["between us"]
    assert "between us" in httpx.get(f"{camp.server.url}/e/{camp.slug}/all", headers=mine).text
    renew(camp, "follower")
    assert httpx.get(f"{camp.api}/changes", headers=mine).status_code == 401


def answered(browser: httpx.Client, url: str, headers: dict[str, str], slug: str) -> tuple[int, str]:
    """Return the response without the name that was requested."""
    answer = browser.get(url, headers=headers)
    return answer.status_code, answer.text.replace(slug, "…")


def restrict(camp: Camp) -> None:
    camp.server.run("event", "set", camp.slug, "--restricted")


def renew(camp: Camp, role: str) -> str:
    """Replace the role's link. Return the new pass."""
    made: Any = camp.server.run("event", "pass", camp.slug, "--role", role, "--new").strip()
    return str(made).rsplit("/", 1)[-1]


def test_A5_a_pass_for_one_session_writes_there_only_and_is_never_an_organisers(camp: Camp) -> None:
    made = camp.server.run("event", "pass", camp.slug, "--role", "scribe", "--session", "minutes-nobody-reads")
    here = Person(camp, made.strip().rsplit("/", 1)[-1])
    assert here.note("not my session")["error"]["code"] == "forbidden"
    assert here.note("mine", session=camp.sessions[1]["guid"])["ok"] is True
    done = camp.server.command("event", "pass", camp.slug, "--role", "organiser", "--session", "minutes-nobody-reads")
    assert (done.returncode, done.stderr) == (
        1, "Only note-takers' links can be limited to one session.\n"
    )  # fmt: skip


# --- on the socket


def test_A4_an_organiser_with_a_revoked_pass_gets_no_more_staff_frames(camp: Camp) -> None:
    with Wire(camp.server).hello(**{"pass": camp.passes["organiser"]}) as wire:
        assert wire.call("follow", {"channel": "staff"})["seq"] == 0
        renew(camp, "organiser")
        assert wire.is_closed()  # within a second; longer on a busy machine
        camp.join("Ann").note("after that")
    with Wire(camp.server).hello(**{"pass": camp.passes["organiser"]}) as again:
        assert again.call("follow", {"channel": "staff"})["error"]["code"] == "bad_pass"


def test_A6_a_follower_gets_no_more_frames_when_the_event_becomes_restricted(camp: Camp) -> None:
    with Wire(camp.server).hello() as stranger, Wire(camp.server).hello(**{"pass": camp.passes["follower"]}) as guest:
        for wire in (stranger, guest):
            assert wire.call("follow", {"event": camp.slug, "channel": f"session/{camp.guid}"})["seq"] == 0
        restrict(camp)
        assert stranger.is_closed()
        camp.join("Ann").note("between us")
        assert "between us" in str(guest.heard())


def test_A6_a_long_poll_returns_nothing_when_the_pass_is_revoked_meanwhile(camp: Camp) -> None:
    restrict(camp)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(
            httpx.get, f"{camp.api}/changes", params={"wait": 20}, headers=bearer(camp.passes["follower"]), timeout=30
        )
        renew(camp, "follower")
        camp.join("Ann").note("between us")
        assert (held.result().status_code, "between us" in held.result().text) == (401, False)


def test_A6_guessing_a_channels_name_does_not_give_access(camp: Camp, other: Camp) -> None:
    restrict(camp)
    with Wire(camp.server).hello(**{"pass": other.passes["organiser"]}) as wire:
        for channel in ("event", "staff", f"session/{camp.guid}"):
            answer = wire.call("follow", {"event": camp.slug, "channel": channel})
            assert answer["error"]["code"] == "unknown_event", channel
        for channel in (f"{camp.slug}/event", "session/../event", "", None, ["staff"], "STAFF"):
            assert "error" in wire.call("follow", {"event": other.slug, "channel": channel}), channel
        assert wire.call("ops", {"event": camp.slug, "ops": [put("x")]})["error"]["code"] == "bad_pass"


def test_A2_a_page_of_another_site_cannot_open_a_socket(camp: Camp) -> None:
    own = f"127.0.0.1:{camp.server.port}"
    for origin, host in (("http://evil.example", own), ("null", own), ("http://evil.example", "evil.example")):
        with Wire(camp.server, Origin=origin, Host=host) as wire:
            assert wire.status == 400, (origin, host)
    with Wire(camp.server, Origin="http://evil.example", **{"X-Forwarded-Host": "evil.example"}) as wire:
        assert wire.status == 400
    with Wire(camp.server, Origin=f"http://{own}") as wire:
        assert wire.status == 101


def test_A2_a_cookie_without_the_page_token_authenticates_nobody(camp: Camp) -> None:
    cookie = f"backchannel-{camp.slug}={camp.passes['organiser']}"
    with Wire(camp.server, Cookie=cookie).hello() as wire:
        assert wire.call("follow", {"event": camp.slug, "channel": "staff"})["error"]["code"] == "bad_pass"


def test_A3_over_https_no_sibling_domain_can_set_the_cookie(another_server: Callable[..., Server]) -> None:
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


def test_A13_no_proxy_caches_a_page_opened_with_a_pass(camp: Camp) -> None:
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
