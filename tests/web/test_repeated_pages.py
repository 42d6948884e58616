"""Pages are served from the cache only while they are current, and only to viewers who see the same page."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, Person


def page(camp: Camp, path: str = "", **headers: str) -> httpx.Response:
    return httpx.get(f"{camp.server.url}/e/{camp.slug}{path}", headers=headers, timeout=20)


def session_path(camp: Camp) -> str:
    return f"/s/{camp.sessions[0]['slug']}"


@pytest.fixture
def read_twice(camp: Camp) -> Camp:
    """An event whose pages were opened before, so that they are cached."""
    camp.join("Ann").note("the first line")
    for path in ("", "/all", session_path(camp)):
        for _ in range(2):
            assert page(camp, path).status_code == 200
    return camp


def organiser(camp: Camp) -> Person:
    return camp.person("organiser")


def test_a_page_that_did_not_change_is_the_same_bytes_and_a_304_for_its_tag(read_twice: Camp) -> None:
    first, second = page(read_twice, session_path(read_twice)), page(read_twice, session_path(read_twice))
    assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
    again = page(read_twice, session_path(read_twice), **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_repeated_response_has_the_headers_of_the_first(read_twice: Camp) -> None:
    httpx.get(f"{read_twice.server.url}/e/{read_twice.slug}?fresh={uuid7()}")
    first = page(read_twice, f"?once={(once := uuid7())}")
    second = page(read_twice, f"?once={once}")
    for name in ("content-security-policy", "referrer-policy", "cache-control", "vary", "etag", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert "set-cookie" not in second.headers


def test_a_new_note_is_on_the_page_at_once(read_twice: Camp) -> None:
    read_twice.join("Ann").note("the second line")
    for path in ("/all", session_path(read_twice)):
        assert "the second line" in page(read_twice, path).text


def test_a_hidden_note_is_gone_from_every_page_at_once(read_twice: Camp) -> None:
    bob = read_twice.join("Bob")
    note = bob.note("something unkind")
    hallway = bob.note("unkind in the hallway", session=None)
    for path in ("", "/all", session_path(read_twice)):
        assert "unkind" in page(read_twice, path).text or path == ""
    for id in (note["id"], hallway["id"]):
        assert organiser(read_twice).do({"op": uuid7(), "id": id, "do": "hide"})["ok"]
    for path in ("", "/all", session_path(read_twice)):
        assert "unkind" not in page(read_twice, path).text


def test_a_restricted_event_is_absent_at_once(read_twice: Camp) -> None:
    read_twice.server.run("event", "set", read_twice.slug, "--restricted")
    for path in ("", "/all", session_path(read_twice)):
        assert page(read_twice, path).status_code == 404
    assert read_twice.slug not in httpx.get(read_twice.server.url).text


def test_a_deleted_event_is_absent_at_once(read_twice: Camp) -> None:
    read_twice.server.run("event", "delete", read_twice.slug, "--yes")
    assert page(read_twice).status_code == 404
    assert page(read_twice, session_path(read_twice)).status_code == 404


def test_a_new_title_is_on_the_page_at_once(read_twice: Camp) -> None:
    read_twice.server.run("event", "set", read_twice.slug, "--title", "Saucer Camp")
    for path in ("", "/all", session_path(read_twice)):
        assert "Saucer Camp" in page(read_twice, path).text
    assert "Saucer Camp" in httpx.get(read_twice.server.url).text


def test_a_session_without_names_shows_none_at_once(read_twice: Camp) -> None:
    assert "Ann" in page(read_twice, session_path(read_twice)).text
    read_twice.server.run("event", "session", read_twice.slug, read_twice.sessions[0]["slug"], "--no-names")
    assert "Ann" not in page(read_twice, session_path(read_twice)).text


@pytest.mark.parametrize("role", ["scribe", "organiser", "follower"])
def test_a_viewer_with_a_pass_gets_their_own_page(role: str, read_twice: Camp) -> None:
    """Their page is never served to the public, nor the public's page to them."""
    token = read_twice.passes[role]
    theirs = page(read_twice, session_path(read_twice), Authorization=f"Bearer {token}")
    public = page(read_twice, session_path(read_twice))
    assert theirs.headers["cache-control"] in ("no-cache", "private, no-store")
    assert (b"Take notes here" in theirs.content) == (role != "follower")
    assert b"Take notes here" not in public.content
    assert page(read_twice, session_path(read_twice), Authorization=f"Bearer {token}").status_code == 200


def test_a_personal_page_is_for_its_holder_alone(read_twice: Camp) -> None:
    ann, bob = read_twice.join("Annabel"), read_twice.join("Bobbie")
    pages = [
        page(read_twice, f"{session_path(read_twice)}/write", Cookie=f"backchannel-{read_twice.slug}={who.token}").text
        for who in (ann, bob)
    ]
    assert ["Annabel" in text for text in pages] == [True, False]
    assert ["Bobbie" in text for text in pages] == [False, True]
    assert "Annabel" not in page(read_twice).text


def test_a_revoked_pass_gets_what_the_public_gets(read_twice: Camp) -> None:
    cookie = {"Cookie": f"backchannel-{read_twice.slug}={read_twice.passes['organiser']}"}
    assert "Organise" in page(read_twice, **cookie).text
    read_twice.server.run("event", "pass", read_twice.slug, "--role", "organiser", "--new")
    assert "Organise" not in page(read_twice, **cookie).text


def test_another_host_name_is_refused_even_for_a_cached_page(read_twice: Camp) -> None:
    assert page(read_twice, Host="evil.example").status_code == 400


def test_a_client_without_compression_gets_plain_text(read_twice: Camp) -> None:
    plain = page(read_twice, session_path(read_twice), **{"Accept-Encoding": "identity"})
    packed = page(read_twice, session_path(read_twice))
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text
