"""Taking a schedule in the browser, without scripts: its changes first, then the decision, and nothing by halves."""

from __future__ import annotations

import html
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2 as httpx
import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, Server, eventually, schedule_json

Form = dict[str, str | list[str]]


def page(camp: Camp) -> str:
    return f"{camp.server.url}/e/{camp.slug}/schedule"


def signed(camp: Camp, role: str = "organiser") -> dict[str, str]:
    return {"Authorization": f"Bearer {camp.passes[role]}"} if role else {}


def upload(camp: Camp, data: str | bytes, name: str = "schedule.json", role: str = "organiser") -> httpx.Response:
    return httpx.post(page(camp), files={"file": (name, data)}, headers=signed(camp, role))


def form_of(answer: httpx.Response) -> Form:
    """Return the fields of the form that takes the schedule."""
    (form,) = re.findall(r'<form method="post" action="[^"]*/schedule/take">(.*?)</form>', answer.text, re.DOTALL)
    return {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def take(camp: Camp, form: Form, role: str = "organiser") -> httpx.Response:
    return httpx.post(f"{page(camp)}/take", data=form, headers=signed(camp, role))


def changes(answer: httpx.Response) -> list[tuple[str, str]]:
    found = re.findall(r"<li><b><bdi>(.*?)</bdi></b>\s*<span>(.*?)</span>", answer.text, re.DOTALL)
    return [(html.unescape(title), html.unescape(what)) for title, what in found]


def told(answer: httpx.Response) -> tuple[str, str]:
    ((where, sentence),) = re.findall(r'class="refused" role="alert" id="told-(\w+)">(.*?)</p>', answer.text)
    return where, html.unescape(sentence)


def edited(camp: Camp) -> str:
    """Return the camp's schedule with a session renamed and another left out."""
    document = json.loads(schedule_json())
    rooms = document["schedule"]["conference"]["days"][0]["rooms"]
    for session in (*rooms["Kitchen"], *rooms["Attic"]):
        known = next(one for one in camp.sessions if one["guid"] == session["guid"])
        session["date"] = known["starts"]
    rooms["Kitchen"][0]["title"] = "Compost for everybody"
    rooms["Kitchen"].pop()
    return json.dumps(document)


def titles(camp: Camp) -> list[str]:
    return sorted(session["title"] for session in camp.programme()["sessions"])


OLD = ["Compost for councillors", "Minutes nobody reads", "The bus that never comes"]
NEW = ["Compost for everybody", "Minutes nobody reads"]


def test_the_changes_of_a_file_are_shown_before_they_are_taken(camp: Camp) -> None:
    shown = upload(camp, edited(camp))
    assert shown.status_code == 200
    assert changes(shown) == [
        ("Compost for councillors", "renamed to “Compost for everybody”"),
        ("The bus that never comes", "gone; its notes move to the hallway"),
    ]
    assert titles(camp) == OLD
    answer = take(camp, form_of(shown))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/e/{camp.slug}/schedule?taken=yes")
    assert titles(camp) == NEW
    again = upload(camp, edited(camp))
    assert ("No changes." in again.text, changes(again), "Take schedule" in again.text) == (True, [], False)


@pytest.mark.parametrize("choice", ["ours", "theirs"])
def test_a_session_moved_by_hand_stays_unless_the_schedule_s_place_is_chosen(camp: Camp, choice: str) -> None:
    rooms = {room["name"]: room["guid"] for room in camp.programme()["rooms"]}
    slot = camp.programme()["slots"][0]["guid"]
    move = {"op": uuid7(), "do": "place", "session": camp.guid, "room": rooms["Attic"], "slot": slot}
    assert camp.person("organiser").post("grid", move).status_code == 200
    shown = upload(camp, edited(camp))
    assert changes(shown)[-1][0] == "Compost for councillors"
    assert changes(shown)[-1][1].endswith("Attic; the schedule says: moved to Kitchen")
    form = form_of(shown) | ({"theirs": camp.guid} if choice == "theirs" else {})
    assert take(camp, form).status_code == 303
    (session,) = [one for one in camp.programme()["sessions"] if one["guid"] == camp.guid]
    assert (session["title"], session["room"]) == ("Compost for everybody", "Attic" if choice == "ours" else "Kitchen")


def test_of_two_uploads_at_once_the_second_is_told_what_changed_and_decides_again(camp: Camp) -> None:
    first, second = upload(camp, edited(camp)), upload(camp, edited(camp))
    assert take(camp, form_of(first)).status_code == 303
    answer = take(camp, form_of(second))
    assert answer.status_code == 409
    assert told(answer) == (
        "diff", "The programme changed meanwhile: The schedule was imported. Nothing was taken. Check the changes again.",
    )  # fmt: skip
    assert "No changes." in answer.text


def test_a_revoked_organiser_changes_nothing(camp: Camp) -> None:
    form = form_of(upload(camp, edited(camp)))
    camp.server.run("event", "pass", camp.slug, "--role", "organiser", "--new")
    answer = take(camp, form)
    assert answer.status_code == 401
    assert "This link no longer works. Ask the organisers for a new one." in html.unescape(answer.text)
    assert titles(camp) == OLD


@pytest.mark.parametrize(("role", "status"), [("", 401), ("follower", 403), ("scribe", 403)])
def test_only_organisers_see_and_take_schedules(camp: Camp, role: str, status: int) -> None:
    form = form_of(upload(camp, edited(camp)))
    assert httpx.get(page(camp), headers=signed(camp, role)).status_code == status
    assert upload(camp, edited(camp), role=role).status_code == status
    assert take(camp, form, role).status_code == status
    assert titles(camp) == OLD


BAD_FILES = {
    "no file": (b"", "", "Choose a file, or enter an address."),
    "an empty file": (b"", "a.json", "“a.json” is empty. Nothing was imported."),
    "a web page": (
        b"<!doctype html><html></html>", "a.html",
        "“a.html” isn't a programme we can read: it is a web page; use the address of the schedule itself. Nothing was imported.",
    ),
    "a file a little too large": (
        b"x" * (5 * 1024 * 1024 + 1), "a.csv", "The file is larger than 5 MB. Nothing was changed. Choose the schedule itself.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "name", "sentence"), BAD_FILES.values(), ids=BAD_FILES)
def test_an_unusable_file_is_told_beside_the_field(camp: Camp, data: bytes, name: str, sentence: str) -> None:
    answer = upload(camp, data, name)
    assert (answer.status_code, told(answer)) == (400, ("file", sentence))


def test_a_file_of_20_mb_is_told_beside_the_field(camp: Camp) -> None:
    answer = upload(camp, b"x" * 20 * 1024 * 1024, "a.csv")
    assert answer.status_code == 413
    assert told(answer) == ("file", "The file is larger than 5 MB. Nothing was changed. Choose the schedule itself.")


@pytest.mark.parametrize("packed", ["", "%%%", "AAAA"])
def test_a_damaged_form_is_told(camp: Camp, packed: str) -> None:
    answer = take(camp, {"schedule": packed, "number": "1", "name": "x"})
    assert (answer.status_code, told(answer)[0]) == (400, "file")


def test_an_address_is_fetched_and_one_that_turned_into_a_web_page_is_told(tmp_path: Path) -> None:
    bodies = {"/schedule.json": (200, ""), "/page": (200, "<!doctype html><html></html>"), "/none": (404, "")}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = bodies[self.path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    site = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    server = Server(tmp_path / "a.db", fetch_allow="127.0.0.1")
    server.start()
    try:
        camp, base = Camp.make(server), f"http://127.0.0.1:{site.server_port}"
        bodies["/schedule.json"] = (200, edited(camp))

        def ask(url: str) -> httpx.Response:
            return httpx.post(page(camp), data={"url": url}, headers=signed(camp))

        shown = ask(f"{base}/schedule.json")
        assert [title for title, _ in changes(shown)] == ["Compost for councillors", "The bus that never comes"]
        turned = ask(f"{base}/page")
        assert (turned.status_code, told(turned)) == (400, (
            "url", f"“{base}/page” isn't a programme we can read: it is a web page; use the address of the schedule itself. "
            "Nothing was imported.",
        ))  # fmt: skip
        assert f'value="{base}/page"' in turned.text
        assert told(ask(f"{base}/none")) == ("url", "The schedule's server answered 404. Check the address.")
        assert told(ask("http://10.0.0.1/schedule.json"))[0] == "url"
        assert titles(camp) == OLD

        def post(path: str, **form: str) -> httpx.Response:
            return httpx.post(f"{page(camp)}/{path}", data=form, headers=signed(camp))

        assert told(post("watch", url="ftp://camp.example/"))[0] == "watch"
        assert post("watch", url=f"{base}/schedule.json").status_code == 303
        eventually(lambda: titles(camp) == NEW)
        shown = httpx.get(page(camp), headers=signed(camp)).text
        assert re.search(r'<p class="health">Read at \d\d:\d\d\.</p>', shown)
        assert post("unwatch").status_code == 303
        assert "Stop following" not in httpx.get(page(camp), headers=signed(camp)).text
        for role, status in (("", 401), ("follower", 403), ("scribe", 403)):
            for path in ("watch", "unwatch"):
                assert httpx.post(f"{page(camp)}/{path}", headers=signed(camp, role)).status_code == status
    finally:
        server.stop()
        site.shutdown()
        site.server_close()
