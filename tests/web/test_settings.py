"""An event's settings: change, restrict, close, reopen, delete."""

from __future__ import annotations

import json

import httpx2 as httpx

from tests.stage import Camp
from tests.web.test_join import organiser


def test_an_organiser_changes_and_restricts_the_event(camp: Camp) -> None:
    olive = organiser(camp)
    form = {
        "title": "Teapot Camp", "starts": "2026-06-13", "ends": "2026-06-14", "timezone": "Europe/Paris",
        "hashtags": "#teapot26, tpc", "access": "restricted",
    }  # fmt: skip
    assert "Saved." in olive.post(f"/e/{camp.slug}/organise/settings", data=form).text
    found = olive.get(f"/api/v1/events/{camp.slug}").json()
    assert [found[name] for name in ("title", "starts", "ends", "timezone", "hashtags", "public")] == [
        "Teapot Camp", "2026-06-13", "2026-06-14", "Europe/Paris", ["teapot26", "tpc"], False,
    ]  # fmt: skip
    assert httpx.get(f"{camp.server.url}/e/{camp.slug}").status_code == 404


def test_a_bad_value_is_refused_beside_its_field_and_nothing_changes(camp: Camp) -> None:
    answer = organiser(camp).post(
        f"/e/{camp.slug}/organise/settings", data={"title": "New title", "starts": "tomorrow", "timezone": "UTC"}
    )
    assert (answer.status_code, 'id="starts-error"' in answer.text, 'value="New title"' in answer.text) == (400, True, True)
    assert httpx.get(camp.api).json()["title"] == "Teacup Camp"


def test_closing_stops_note_takers_until_the_event_is_reopened(camp: Camp) -> None:
    olive, ann = organiser(camp), camp.join("Ann")
    olive.post(f"/e/{camp.slug}/organise/settings/close", data={"closed": "yes"})
    assert ann.note("too late")["error"]["code"] == "event_closed"
    olive.post(f"/e/{camp.slug}/organise/settings/close", data={"closed": "no"})
    assert ann.note("open again")["ok"] is True


def test_everything_is_downloaded_with_what_is_hidden_and_then_deleted_after_typing_the_name(camp: Camp) -> None:
    olive, ann = organiser(camp), camp.join("Ann")
    hidden = ann.note("hidden")["id"]
    camp.person("organiser").do({"op": "0197690d-6b1e-7c3a-9d52-0f1b8f3a6c11", "id": hidden, "do": "hide"})
    ann.note("visible")
    lines = olive.get(f"/e/{camp.slug}/organise/everything.ndjson").text.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["hidden", "visible"]
    refused = olive.post(f"/e/{camp.slug}/organise/settings/delete", data={"confirm": "teacup"})
    assert (refused.status_code, 'value="teacup"' in refused.text) == (400, True)
    assert olive.post(f"/e/{camp.slug}/organise/settings/delete", data={"confirm": camp.slug}).url.path == "/"
    assert (olive.get(f"/e/{camp.slug}").status_code, camp.slug in olive.get("/").text) == (404, False)
