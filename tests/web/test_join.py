"""Joining by a spoken code, a link or an invitation, with plain forms."""

from __future__ import annotations

from collections.abc import Callable

import httpx2 as httpx
import pytest

from backchannel.cli.common import Host
from backchannel.config import Settings
from backchannel.desk import codes
from backchannel.domain.joining import MAX_FAILURES
from backchannel.domain.spoken import WORDS
from tests.stage import Camp, Person, Server


def browser(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, follow_redirects=True, timeout=20, headers={"Accept": "text/html"})


def organiser(camp: Camp) -> httpx.Client:
    olive = browser(camp.server)
    olive.post(camp.links["organiser"], data={"name": "Olive"})
    return olive


def code_of(camp: Camp, scope: str = "scribe", **form: str) -> str:
    """Make a code as an organiser and return its words."""
    made = organiser(camp).post(f"/e/{camp.slug}/organise/hand-out/codes", data={"scope": scope, **form})
    assert made.status_code == 200, made.text
    return words_of(camp, scope)


def words_of(camp: Camp, scope: str) -> str:
    host = Host(Settings.from_environment({}, db=camp.server.db))
    found = {str(one.scope): one.words for one in codes.codes(host.desk.read(), host.passes, host.read().event(camp.slug))}
    host.store.close()
    return " ".join(found[scope])


def joined_by(camp: Camp, words: str, name: str = "Ann") -> httpx.Client:
    someone = browser(camp.server)
    asked = someone.post("/join", data={"code": words})
    assert "Your name" in asked.text
    someone.post("/join", data={"name": name})
    return someone


def own_pass(someone: httpx.Client, camp: Camp) -> Person:
    return Person(camp, str(someone.cookies[f"backchannel-{camp.slug}"]))


def wrong(words: str) -> str:
    """Return a code that finds the same entry and is not it."""
    *first, last = words.split()
    return " ".join((*first, WORDS[WORDS.index(last) - 1]))


def test_a_spoken_code_makes_a_note_taker_however_it_is_typed(camp: Camp) -> None:
    ann = joined_by(camp, code_of(camp).upper().replace(" ", " - "))
    assert own_pass(ann, camp).note("by code")["ok"] is True


def test_a_followers_code_gives_no_right_to_write(camp: Camp) -> None:
    someone = own_pass(joined_by(camp, code_of(camp, "follower")), camp)
    assert someone.note("no")["error"]["code"] == "forbidden"


def test_a_sessions_code_writes_in_that_session_only(camp: Camp) -> None:
    ann = joined_by(camp, code_of(camp, f"session/{camp.guid}"))
    assert own_pass(ann, camp).note("here")["ok"] is True
    assert own_pass(ann, camp).note("there", session=camp.sessions[1]["guid"])["error"]["message"] == (
        "This link is for another session."
    )


def test_a_rooms_code_opens_the_session_that_runs_there_and_writes_in_that_room_only(camp: Camp) -> None:
    host = Host(Settings.from_environment({}, db=camp.server.db))
    guid = next(guid for guid, name in codes.rooms(host.desk.read(), camp.slug).items() if name == "Kitchen")
    host.store.close()
    someone = browser(camp.server)
    someone.post("/join", data={"code": code_of(camp, f"room/{guid}")})
    assert someone.post("/join", data={"name": "Ann"}).url.path == f"/e/{camp.slug}/s/compost-for-councillors/write"
    ann = own_pass(someone, camp)
    assert ann.note("in the kitchen")["ok"] is True
    assert ann.note("next in the kitchen", session=camp.sessions[2]["guid"])["ok"] is True
    assert ann.note("in the attic", session=camp.sessions[1]["guid"])["error"]["message"] == "This link is for another room."
    assert ann.note("in the hallway", session=None)["error"]["code"] == "forbidden"


def test_a_misspelt_word_is_named_and_the_code_is_kept_in_the_field(camp: Camp) -> None:
    answer = browser(camp.server).post("/join", data={"code": "tunel dentist october coral"})
    assert answer.status_code == 400
    assert "“tunel” isn&#39;t one of our words. Did you mean “tunnel”?" in answer.text
    assert 'value="tunel dentist october coral"' in answer.text


def test_a_replaced_or_ended_code_stops_working_and_people_who_joined_stay(camp: Camp) -> None:
    old = code_of(camp)
    ann = own_pass(joined_by(camp, old), camp)
    new = code_of(camp)
    assert browser(camp.server).post("/join", data={"code": old}).status_code == 401
    organiser(camp).post(f"/e/{camp.slug}/organise/hand-out/codes/end", data={"scope": "scribe"})
    assert browser(camp.server).post("/join", data={"code": new}).status_code == 401
    assert ann.note("still here")["ok"] is True


def test_A4_fifty_wrong_tries_switch_a_code_off_and_the_organisers_are_told(camp: Camp) -> None:
    words = code_of(camp)
    someone = browser(camp.server)
    for _ in range(MAX_FAILURES):
        assert someone.post("/join", data={"code": wrong(words)}).status_code == 401
    assert someone.post("/join", data={"code": words}).status_code == 401
    assert "switched off after 50 wrong tries" in organiser(camp).get(f"/e/{camp.slug}/organise").text
    joined_by(camp, code_of(camp))


def test_A4_an_address_has_five_wrong_tries_a_minute_and_right_ones_are_free(another_server: Callable[..., Server]) -> None:
    camp = Camp.make(another_server(limits="on"))
    words = code_of(camp)
    for n in range(8):
        joined_by(camp, words, f"Ann {n}")
    tries = [browser(camp.server).post("/join", data={"code": wrong(words)}).status_code for _ in range(6)]
    assert tries == [401] * 5 + [429]
    assert browser(camp.server).get(f"/j/{words.replace(' ', '-')}").status_code == 429


@pytest.mark.parametrize("kind", ["link", "code", "invitation"])
def test_A4_what_was_opened_stays_out_of_the_address(camp: Camp, kind: str) -> None:
    olive = organiser(camp)
    if kind == "invitation":
        page = olive.post(f"/e/{camp.slug}/organise/people/invite", data={"name": "Bea"}).text
        url = page.split('readonly value="')[1].split('"')[0]
    else:
        url = camp.links["scribe"] if kind == "link" else f"/j/{code_of(camp).replace(' ', '-')}"
    someone = browser(camp.server)
    assert someone.get(url).url.path == "/join"
    assert someone.post("/join", data={"name": "Bea"}).url.path.startswith(f"/e/{camp.slug}")
    assert "backchannel.opened" not in someone.cookies


@pytest.mark.parametrize("role", ["scribe", "organiser", "follower"])
def test_A4_a_link_preview_uses_nothing_up(camp: Camp, role: str) -> None:
    for _ in range(3):
        preview = httpx.get(camp.links[role])
        assert (preview.status_code, "Set-Cookie" in preview.headers) == (200, False)
    assert browser(camp.server).post(camp.links[role], data={"name": "Ann"}).status_code == 200


def test_an_invitation_works_once_and_a_preview_does_not_use_it_up(camp: Camp) -> None:
    page = organiser(camp).post(f"/e/{camp.slug}/organise/people/invite", data={"name": "Bea"}).text
    url = page.split('readonly value="')[1].split('"')[0]
    assert httpx.get(url).status_code == 200
    bea = browser(camp.server)
    bea.get(url)
    bea.post("/join")
    assert "You are Bea." in bea.get(f"/e/{camp.slug}/organise").text
    assert httpx.get(url).status_code == 401
    as_pass = {"Authorization": f"Bearer {url.rsplit('/', 1)[-1]}"}
    assert httpx.get(f"{camp.api}/changes?channel=staff", headers=as_pass).status_code == 401


def test_A4_no_link_and_no_code_is_in_the_servers_log(server: Server) -> None:
    camp = Camp.make(server)
    words = code_of(camp)
    someone = browser(server)
    for code in (words, wrong(words)):
        someone.get(f"/j/{code.replace(' ', '-')}")
    for link in (camp.links["scribe"], f"{camp.links['scribe']}x"):
        someone.get(link)
    log = server.log.read_text()
    assert [secret for secret in (*words.split(), *camp.passes.values()) if secret in log] == []
