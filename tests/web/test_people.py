"""The list of people, and ending one person's access."""

from __future__ import annotations

import httpx2 as httpx

from backchannel.cli.common import Host
from backchannel.config import Settings
from tests.stage import Camp, Person, put
from tests.threats.wire import Wire
from tests.web.test_join import organiser


def key_of(camp: Camp, olive: httpx.Client, name: str) -> str:
    """Return the key of a person as the organiser's page has it."""
    row = olive.get(f"/e/{camp.slug}/organise/people").text.split(f"<bdi>{name}</bdi>")[1]
    return row.split('name="key" value="')[1].split('"')[0]


def revoke(camp: Camp, name: str) -> httpx.Client:
    olive = organiser(camp)
    answer = olive.post(f"/e/{camp.slug}/organise/people/revoke", data={"key": key_of(camp, olive, name)})
    assert answer.status_code == 200
    return olive


def test_people_are_listed_with_how_and_when_they_joined(camp: Camp) -> None:
    camp.join("Ann")
    page = organiser(camp).get(f"/e/{camp.slug}/organise/people").text
    row = page.split("<bdi>Ann</bdi>")[1].split("</li>")[0]
    assert "note-taker" in row
    assert "by link" in row
    assert "last seen" in row


def test_A4_a_revoked_person_s_socket_closes_within_a_second_and_others_stay(camp: Camp) -> None:
    ann, bob = camp.join("Ann"), camp.join("Bob")
    with Wire(camp.server).hello(**{"pass": ann.token}) as hers, Wire(camp.server).hello(**{"pass": bob.token}) as his:
        for wire in (hers, his):
            wire.call("follow", {"channel": f"session/{camp.guid}"})
        revoke(camp, "Ann")
        assert hers.is_closed()
        bob.note("still here")
        assert "still here" in str(his.heard())


def test_A8_a_revoked_person_s_next_op_is_refused_on_every_road_and_restored_access_writes_again(camp: Camp) -> None:
    ann = camp.join("Ann")
    first = put("before", session=camp.guid)
    assert ann.do(first)["ok"] is True
    olive = revoke(camp, "Ann")
    answer = ann.post("ops", {"ops": [put("after")]}).json()["error"]
    assert (answer["code"], answer["permanent"], answer["message"]) == (
        "bad_pass", True, "An organiser ended your access. Unsent notes stay on this device."
    )  # fmt: skip
    with Wire(camp.server).hello(**{"pass": ann.token}) as wire:
        assert wire.call("ops", {"ops": [put("by socket")]})["error"]["code"] == "bad_pass"
        assert wire.call("follow", {"channel": "event"})["error"]["code"] == "bad_pass"
    assert ann.post("join", {"name": "Ann again"}).status_code == 401
    assert camp.texts() == ["before"]
    olive.post(f"/e/{camp.slug}/organise/people/restore", data={"key": key_of(camp, olive, "Ann")})
    assert ann.note("back again")["ok"] is True


def test_a_revoked_co_organiser_is_stopped_and_the_others_links_stay(camp: Camp) -> None:
    olive = organiser(camp)
    page = olive.post(f"/e/{camp.slug}/organise/people/invite", data={"name": "Bea"}).text
    url = page.split('readonly value="')[1].split('"')[0]
    bea = httpx.Client(base_url=camp.server.url, follow_redirects=True)
    bea.post(url)
    assert bea.get(f"/e/{camp.slug}/organise").status_code == 200
    olive.post(f"/e/{camp.slug}/organise/people/revoke", data={"key": key_of(camp, olive, "Bea")})
    assert bea.get(f"/e/{camp.slug}/organise").status_code == 401
    assert bea.post(f"/e/{camp.slug}/organise/settings/close", data={"closed": "yes"}).status_code == 401
    assert (olive.get(f"/e/{camp.slug}/organise").status_code, httpx.get(camp.links["organiser"]).status_code) == (200, 200)


def test_an_organiser_cannot_end_their_own_access(camp: Camp) -> None:
    olive = organiser(camp)
    host = Host(Settings.from_environment({}, db=camp.server.db))
    own = host.passes.read(str(olive.cookies[f"backchannel-{camp.slug}"]))
    answer = olive.post(f"/e/{camp.slug}/organise/people/revoke", data={"key": own.key})
    assert (answer.status_code, olive.get(f"/e/{camp.slug}/organise").status_code) == (409, 200)


def test_a_pass_expires(camp: Camp) -> None:
    link = camp.server.run("event", "pass", camp.slug, "--role", "scribe", "--expires", "0m").strip()
    late = Person(camp, link.rsplit("/", 1)[-1])
    assert late.post("ops", {"ops": [put("late")]}).json()["error"]["message"] == (
        "Your pass has expired. Ask the organisers for a new one."
    )
    link = camp.server.run("event", "pass", camp.slug, "--role", "scribe", "--expires", "2h", "--room", "Attic").strip()
    early = Person(camp, link.rsplit("/", 1)[-1])
    assert early.note("in time", session=camp.sessions[1]["guid"])["ok"] is True
    assert early.note("elsewhere")["error"]["message"] == "This link is for another room."


def test_nobody_but_organisers_sees_or_ends_anything(camp: Camp) -> None:
    ann = camp.join("Ann")
    scribe = {"Authorization": f"Bearer {ann.token}"}
    base = f"{camp.server.url}/e/{camp.slug}/organise"
    for path in ("/people", "/hand-out", "/settings", "/sheet", "/slide", "/everything.ndjson"):
        assert (httpx.get(base + path).status_code, httpx.get(base + path, headers=scribe).status_code) == (401, 403), path
    for path in ("/people/revoke", "/people/restore", "/people/invite", "/hand-out/codes", "/hand-out/codes/end",
                 "/settings", "/settings/close", "/settings/delete"):  # fmt: skip
        assert httpx.post(base + path, headers=scribe, data={"confirm": camp.slug}).status_code == 403, path
    assert httpx.get(f"{camp.server.url}/e/{camp.slug}").status_code == 200
