"""The grid editor and the pitches as plain forms, without scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp


def browser(camp: Camp, role: str, name: str) -> httpx.Client:
    client = httpx.Client(base_url=camp.server.url, follow_redirects=True, timeout=20)
    client.post(camp.links[role], data={"name": name})
    return client


def editor(camp: Camp) -> str:
    return f"/e/{camp.slug}/grid/edit"


def edit(camp: Camp, client: httpx.Client, do: str, **fields: Any) -> httpx.Response:
    return client.post(editor(camp), data={"op": uuid7(), "do": do, "base": camp.programme()["programme"], **fields})


def shown(answer: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_rooms_slots_and_sessions_can_be_added_and_placed_by_forms(camp: Camp) -> None:
    olive = browser(camp, "organiser", "Olive")
    day = datetime.now(UTC).date().isoformat()
    edit(camp, olive, "add_room", title="Shed", seats="12")
    edit(camp, olive, "add_slot", date=day, starts="23:10", ends="23:50")
    edit(camp, olive, "add_session", title="Tea", leaders="Wim, Ida")
    made = camp.programme()
    room, slot, session = made["rooms"][-1], made["slots"][-1], made["sessions"][-1]
    assert (room["name"], room["seats"], slot["starts"][:16]) == ("Shed", 12, f"{day}T23:10")
    page = edit(camp, olive, "place", session=session["guid"], cell=f"{room['guid']} {slot['guid']}")
    assert "You put “Tea” in Shed, 23:10." in shown(page)
    assert camp.programme()["sessions"][-1] | {"guid": ""} == {
        "guid": "", "slug": "tea", "title": "Tea", "room": "Shed", "starts": slot["starts"], "ends": slot["ends"],
        "cancelled": False, "merged_into": None,
    }  # fmt: skip


def test_a_chosen_session_shows_its_actions_and_undo_restores_it(camp: Camp) -> None:
    olive = browser(camp, "organiser", "Olive")
    page = olive.get(editor(camp), params={"pick": camp.guid})
    for words in ("Extend by 10 min", "Start now", "Cancel session", "Take off grid", "Merge sessions", "Split session"):
        assert words in page.text
    page = edit(camp, olive, "cancel", session=camp.guid)
    assert "You cancelled “Compost for councillors”." in shown(page)
    assert "Cancelled" in httpx.get(f"{camp.server.url}/e/{camp.slug}/s/compost-for-councillors").text
    undo = re.search(r'name="edit" value="([^"]+)"', page.text)
    assert undo
    edit(camp, olive, "undo", edit=undo[1])
    assert [one["cancelled"] for one in camp.programme()["sessions"]] == [False, False, False]


def test_a_form_sent_twice_changes_the_grid_once(camp: Camp) -> None:
    olive, form = browser(camp, "organiser", "Olive"), {"op": uuid7(), "do": "extend", "session": camp.guid}
    before = camp.programme()["programme"]
    for _ in range(2):
        assert olive.post(editor(camp), data=form).status_code == 200
    assert camp.programme()["programme"] == before + 1
    assert "This form was sent before" in olive.post(editor(camp), data=form | {"do": "cancel"}).text


def test_a_refused_form_keeps_its_values_and_shows_the_reason(camp: Camp) -> None:
    olive = browser(camp, "organiser", "Olive")
    taken = edit(camp, olive, "add_room", title="Attic", seats="7")
    assert taken.status_code == 409
    assert "There is already a room “Attic”. Choose another name." in shown(taken)
    assert re.search(r'name="title"[^>]*value="Attic"></label>\s*<label>Seats <input[^>]*value="7"', taken.text)
    late = edit(camp, olive, "add_slot", date="2026-06-13", starts="11:00", ends="10:00")
    assert (late.status_code, "The slot must end after it starts, within a day." in shown(late)) == (400, True)
    assert 'value="11:00"' in late.text


def test_a_conflicting_edit_names_the_other_organiser(camp: Camp) -> None:
    olive, olga, old = browser(camp, "organiser", "Olive"), browser(camp, "organiser", "Olga"), camp.programme()
    edit(camp, olive, "extend", session=camp.guid)
    stale = olga.post(editor(camp), data={"op": uuid7(), "do": "cancel", "session": camp.guid, "base": old["programme"]})
    assert stale.status_code == 409
    assert "Olive extended “Compost for councillors” by ten minutes meanwhile." in shown(stale)
    assert not camp.programme()["sessions"][0]["cancelled"]


@pytest.mark.parametrize(("role", "status"), [("scribe", 403), ("follower", 403), (None, 401)])
def test_only_organisers_can_edit_the_grid(camp: Camp, role: str | None, status: int) -> None:
    client = browser(camp, role, "Ann") if role else httpx.Client(base_url=camp.server.url)
    before = camp.programme()
    assert client.get(editor(camp)).status_code == status
    assert edit(camp, client, "cancel", session=camp.guid).status_code == status
    assert camp.programme()["sessions"] == before["sessions"]


@pytest.mark.parametrize("role", ["scribe", "follower", "organiser"])
def test_people_with_a_pass_can_pitch_and_vote_and_others_can_read(camp: Camp, role: str) -> None:
    ann, guid, address = browser(camp, role, "Ann"), uuid7(), f"/e/{camp.slug}/pitches"
    page = ann.post(address, data={"pitch": guid, "title": "Tea", "leader": "Ann", "wish": "large"})
    assert re.search(r"Tea .*led by Ann .*wants a large room .*I'd come 1", shown(page))
    page = ann.post(f"{address}/{guid}/vote", data={"on": "no"})
    assert "I'd come 0" in shown(page)
    stranger = httpx.get(camp.server.url + address)
    assert "0 would come" in shown(stranger)
    assert "To pitch or vote, open a link or code from the organisers." in shown(stranger)
    assert httpx.post(camp.server.url + address, data={"pitch": uuid7(), "title": "Me"}).status_code == 401
    assert httpx.post(f"{camp.server.url}{address}/{guid}/vote", data={"on": "yes"}).status_code == 401


def test_a_refused_pitch_keeps_its_values(camp: Camp) -> None:
    page = browser(camp, "scribe", "Ann").post(f"/e/{camp.slug}/pitches", data={"pitch": uuid7(), "title": " ", "leader": "Bo"})
    assert (page.status_code, "The title is empty." in shown(page)) == (400, True)
    assert 'value="Bo"' in page.text


def test_a_placed_pitch_links_to_its_session_with_the_same_guid(camp: Camp) -> None:
    olive, guid, found = browser(camp, "organiser", "Olive"), uuid7(), camp.programme()
    olive.post(f"/e/{camp.slug}/pitches", data={"pitch": guid, "title": "Tea"})
    edit(camp, olive, "place", session=guid, room=found["rooms"][0]["guid"], slot=found["slots"][1]["guid"])
    assert camp.programme()["sessions"][-1]["guid"] == guid
    assert f'href="/e/{camp.slug}/s/tea"' in olive.get(f"/e/{camp.slug}/pitches").text
