"""Creating an event in the browser, with plain forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import httpx2 as httpx

from backchannel.domain.ids import uuid7
from tests.stage import Server


def browser(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, follow_redirects=True, timeout=20, headers={"Accept": "text/html"})


def refused(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'class="refused" role="alert"[^>]*>([^<]+)', page)]


def test_anyone_creates_an_event_and_gets_everything_to_hand_out(another_server: Callable[..., Server]) -> None:
    someone = browser(another_server(create="anyone"))
    made = someone.post("/new", data={
        "title": "Puddle Camp", "starts": "2026-06-13", "timezone": "Europe/London", "hashtags": "#puddle26", "name": "Olga",
    })  # fmt: skip
    assert made.url.path == "/e/puddle-camp/organise/hand-out"
    assert made.text.count('class="words"') == 1
    assert "You are Olga." in someone.get("/e/puddle-camp/organise").text
    found = someone.get("/api/v1/events/puddle-camp").json()
    assert (found["title"], found["timezone"], found["starts"], found["ends"], found["hashtags"]) == (
        "Puddle Camp", "Europe/London", "2026-06-13", "2026-06-13", ["puddle26"]
    )  # fmt: skip


def test_only_the_host_code_creates_events_unless_the_host_says_otherwise(another_server: Callable[..., Server]) -> None:
    server = another_server()
    someone = browser(server)
    for code, status in (("", 400), ("acorn actor album almond amber anchor", 400), (server.run("host", "code"), 200)):
        answer = someone.post("/new", data={"title": "Puddle Camp", "code": code})
        assert answer.status_code == status, code
    assert someone.get("/e/puddle-camp").status_code == 200


def test_nobody_creates_events_where_that_is_switched_off(another_server: Callable[..., Server]) -> None:
    someone = browser(another_server(create="nobody"))
    assert (someone.get("/new").status_code, someone.post("/new", data={"title": "x"}).status_code) == (403, 403)
    assert "Create event" not in someone.get("/").text


def test_an_error_is_beside_its_field_and_keeps_what_was_typed(another_server: Callable[..., Server]) -> None:
    someone = browser(another_server(create="anyone"))
    typed = {"title": "Puddle & Camp", "starts": "2026-06-13", "ends": "2026-06-12", "slug": "puddle"}
    answer = someone.post("/new", data=typed)
    assert answer.status_code == 400
    assert refused(answer.text) == ["The event can't end on 2026-06-12, before it starts on 2026-06-13."]
    for value in ("Puddle &amp; Camp", "2026-06-13", "2026-06-12", "puddle"):
        assert f'value="{value}"' in answer.text
    assert 'id="ends-error"' in answer.text


def test_a_colliding_hashtag_is_confirmed_first(another_server: Callable[..., Server]) -> None:
    someone = browser(another_server(create="anyone"))
    form = {"title": "Puddle Camp", "hashtags": "#unconference"}
    asked = someone.post("/new", data=form)
    assert (asked.status_code, "Create anyway" in asked.text) == (409, True)
    assert someone.get("/e/puddle-camp").status_code == 404
    assert someone.post("/new", data=form | {"checked": "#unconference"}).status_code == 200
    assert someone.get("/e/puddle-camp").status_code == 200


def test_a_taken_short_name_is_refused_and_a_suggested_one_is_free(another_server: Callable[..., Server]) -> None:
    someone = browser(another_server(create="anyone"))
    assert someone.post("/new", data={"title": "Puddle Camp"}).url.path == "/e/puddle-camp/organise/hand-out"
    assert someone.post("/new", data={"title": "Puddle Camp"}).url.path == "/e/puddle-camp-2/organise/hand-out"
    assert someone.post("/new", data={"title": "Puddle Camp", "slug": "puddle-camp"}).status_code == 409


def test_the_check_while_typing_names_no_restricted_event(another_server: Callable[..., Server]) -> None:
    someone = browser(another_server(create="anyone"))
    for access in ("open", "restricted"):
        someone.post("/new", data={"title": f"Our {access} camp", "hashtags": f"#{access}camp26", "access": access})
    stranger = httpx.Client(base_url=someone.base_url)
    asked = stranger.get("/new/check", params={"title": "My Camp!", "hashtags": "#opencamp26 #restrictedcamp26"}).json()
    assert asked == {
        "slug": "my-camp",
        "warnings": ["#opencamp26 is the hashtag of “Our open camp” on this server. Its posts would appear in both events."],
    }


def test_wrong_host_codes_and_new_events_are_limited(another_server: Callable[..., Server]) -> None:
    server = another_server(create="anyone", limits="on")
    statuses = [browser(server).post("/new", data={"title": f"Camp {uuid7()}"}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    guarded = another_server("guarded.db", limits="on")
    wrong = {"title": "Camp", "code": "acorn actor album almond amber anchor"}
    assert [browser(guarded).post("/new", data=wrong).status_code for _ in range(6)] == [400] * 5 + [429]
