"""Checks of requests: host names, cross-site requests, cookies and headers."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, put


def joined(camp: Camp, name: str = "Ann") -> httpx.Client:
    browser = httpx.Client(base_url=camp.server.url, follow_redirects=False)
    answer = browser.post(camp.links["scribe"], data={"name": name})
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == f"/e/{camp.slug}"
    return browser


def test_joining_sets_a_cookie_hidden_from_scripts_and_other_sites(camp: Camp) -> None:
    answer = httpx.post(camp.links["scribe"], data={"name": "Ann"})
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    attributes = set(rest.split("; ")[1:])
    assert name == f"backchannel-{camp.slug}"
    assert attributes == {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"} | {
        found for found in attributes if found.startswith("Expires=")
    }


def test_opening_a_join_link_does_not_use_it_up(camp: Camp) -> None:
    assert httpx.get(camp.links["scribe"]).status_code == 200
    assert "Set-Cookie" not in httpx.get(camp.links["scribe"]).headers
    assert joined(camp)


def test_a_name_is_needed_and_a_long_one_is_refused(camp: Camp) -> None:
    answer = httpx.post(camp.links["scribe"], data={"name": "  "})
    assert answer.status_code == 400
    assert "Enter a name" in answer.text
    assert "Shorten it to 60" in httpx.post(camp.links["scribe"], data={"name": "x" * 61}).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_write_from_another_site_is_refused_form_or_json(camp: Camp, headers: dict[str, str]) -> None:
    browser = joined(camp)
    by_json = browser.post(f"/api/v1/events/{camp.slug}/ops", json={"ops": [put("gotcha")]}, headers=headers)
    form = {"op": uuid7(), "id": uuid7(), "text": "gotcha"}
    by_form = browser.post(f"/e/{camp.slug}/s/compost-for-councillors/write", data=form, headers=headers)
    assert (by_json.status_code, by_form.status_code) == (403, 403)
    assert camp.texts("event") == []


def test_a_write_from_our_own_page_is_accepted(camp: Camp) -> None:
    headers = {"Origin": camp.server.url, "Sec-Fetch-Site": "same-origin"}
    answer = joined(camp).post(f"/api/v1/events/{camp.slug}/ops", json={"ops": [put("mine")]}, headers=headers)
    assert answer.json()["results"][0]["ok"] is True


def test_an_unknown_host_is_refused(camp: Camp) -> None:
    answer = httpx.get(f"{camp.server.url}/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert httpx.get(f"{camp.server.url}/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200


def test_every_page_has_a_content_security_policy_and_public_pages_set_no_cookie(camp: Camp) -> None:
    answer = httpx.get(f"{camp.server.url}/e/{camp.slug}")
    assert "default-src 'none'; script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert httpx.get(camp.links["scribe"]).headers["Referrer-Policy"] == "same-origin"


def test_responses_that_depend_on_a_cookie_are_not_cached(camp: Camp) -> None:
    answer = joined(camp).get(f"/e/{camp.slug}")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_an_unknown_url_gets_a_one_sentence_error(camp: Camp) -> None:
    page = httpx.get(f"{camp.server.url}/e/nowhere")
    assert page.status_code == 404
    assert "There is no event “nowhere” on this server." in page.text
    api = httpx.get(f"{camp.server.url}/api/v1/events/nowhere")
    assert api.json()["error"] == {
        "code": "unknown_event", "message": "There is no event “nowhere” on this server.", "field": "event", "permanent": True,
    }  # fmt: skip


@pytest.mark.parametrize("body", ["[" * 30000, "{", "5", '{"ops": 5}', '{"ops": [[[]]]}', "\x00"])
def test_invalid_json_is_refused_with_an_explanation(camp: Camp, body: str) -> None:
    headers = {"Authorization": f"Bearer {camp.passes['scribe']}", "Content-Type": "application/json"}
    answer = httpx.post(f"{camp.api}/ops", content=body, headers=headers)
    assert answer.status_code in (200, 400)
    assert "error" in answer.json() or "error" in answer.json()["results"][0]
