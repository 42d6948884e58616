"""A7 and X: hidden text appears nowhere, and names and texts are literal. Each test is named after its threat."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import httpx2 as httpx

from backchannel.domain.ids import uuid7
from backchannel.writeup.formats import FORMATS
from tests.stage import Camp, Person, put
from tests.threats.wire import Wire

SECRET = re.compile(rb"xyzzy\w*|Annabel")  # in every text by Annabel, and in her name
SESSION = "compost-for-councillors"


def no_longer_visible(camp: Camp) -> list[str]:
    """Create five items that were visible and are now hidden or withdrawn. Return their ids."""
    annabel, bob, organiser = camp.join("Annabel"), camp.join("Bob"), camp.person("organiser")
    bob.note("tame")
    corrected = bob.note("xyzzyfirst words")
    bob.do(put("second words", id=corrected["id"], session=camp.guid))
    hidden = [
        annabel.note("Q: does Xaver pay for xyzzynote?"), annabel.note("A: xyzzyanswer"),
        annabel.note("xyzzyhallway", session=None), annabel.note("xyzzythought", origin="afterthought"),
    ]  # fmt: skip
    withdrawn = annabel.note("xyzzywithdrawn")
    for note in hidden:
        assert act(organiser, "hide", note["id"])["ok"]
    assert act(annabel, "retract", withdrawn["id"])["ok"]
    return [note["id"] for note in (*hidden, withdrawn)]


def act(person: Person, do: str, id: str) -> dict[str, Any]:
    return person.do({"op": uuid7(), "id": id, "do": do})


def unpacked(data: bytes) -> bytes:
    """Return the files in a zip (docx, odt, epub or a site) as one text."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return b"\n".join(packed.read(name) for name in packed.namelist())


def pages(camp: Camp, ids: list[str]) -> list[str]:
    event = f"{camp.server.url}/e/{camp.slug}"
    formats = [form for form in FORMATS.values() if not form.needs]
    return [
        camp.server.url, event, f"{event}/all", f"{event}/s/{SESSION}", f"{event}/s/{SESSION}/write", f"{event}/write-up",
        f"{event}/s/{SESSION}/write-up", f"{event}/s/{SESSION}/write-up/edit", f"{event}/triage", f"{event}/organise",
        *(f"{event}/write-up.{form.name}" for form in formats),
        *(f"{event}/s/{SESSION}/write-up.{form.name}" for form in formats if form.write_session),
        camp.api, f"{camp.api}/changes?channel=staff",
        *(f"{camp.api}/changes?channel={on}&limit={n}" for on in ("event", f"session/{camp.guid}") for n in (1, 500)),
        *(f"{camp.api}/changes?after={after}&limit=1" for after in range(1, 9)),
        *(f"{camp.api}/items/{id}" for id in ids), *(f"{event}/i/{id}" for id in ids),
    ]  # fmt: skip


def test_A7_a_hidden_or_withdrawn_item_is_on_no_page_and_in_no_response_file_or_log(camp: Camp) -> None:
    asked = pages(camp, no_longer_visible(camp))
    for headers in ({}, {"Authorization": f"Bearer {camp.join('Cyd').token}"}):
        with httpx.Client(headers=headers, timeout=60) as browser:
            told = {url: SECRET.findall(unpacked(browser.get(url).content)) for url in asked}
        assert {url: found for url, found in told.items() if found} == {}
    assert SECRET.findall(camp.server.log.read_bytes()) == []


def test_A7_a_hidden_item_is_not_counted_and_its_author_not_named(camp: Camp) -> None:
    no_longer_visible(camp)
    told = httpx.get(camp.api).json()
    here = next(session for session in told["sessions"] if session["guid"] == camp.guid)
    assert here["note_takers"] == ["Bob"]
    assert here["counts"] == {"note": 2, "post": 0, "afterthought": 0, "commitment": 0}
    assert told["hallway"] == {"note": 0, "post": 0, "afterthought": 0, "commitment": 0}


def test_A7_a_connected_follower_gets_a_tombstone_without_text(camp: Camp) -> None:
    note = camp.join("Annabel").note("xyzzy")
    with Wire(camp.server).hello() as wire:
        assert wire.call("follow", {"event": camp.slug, "channel": f"session/{camp.guid}"})["seq"] == note["seq"]
        act(camp.person("organiser"), "hide", note["id"])
        frame = str(wire.heard())
    assert json.loads(frame[2:])[1]["items"] == [{"id": note["id"], "seq": note["seq"] + 1, "gone": True}]


def test_A7_a_file_built_in_another_process_contains_no_hidden_item(camp: Camp) -> None:
    no_longer_visible(camp)
    answer = httpx.get(f"{camp.server.url}/e/{camp.slug}/write-up.docx", timeout=60)
    text = unpacked(answer.content)
    assert (answer.status_code, b"tame" in text, SECRET.findall(text)) == (200, True, [])


def test_X10_bidi_controls_and_stacked_accents_are_removed_from_names(camp: Camp) -> None:
    camp.join("gpj\u202e.exe\x00" + "a" + "\u0301" * 40).note("hello")
    (item,) = camp.changes()["items"]
    assert item["author"] == "gpj.exea" + "\u0301" * 8


def test_X2_markup_in_a_name_is_literal_text_on_every_page(camp: Camp) -> None:
    camp.join("<img src=x onerror=alert(1)>").note("</script><svg/onload=alert(1)>")
    for url in pages(camp, []):
        answer = httpx.get(url)
        if answer.headers["Content-Type"].startswith("text/html"):
            assert not re.search(r"<img src=x|<svg/onload", answer.text), url


def test_A10_no_path_redirects_to_another_host(camp: Camp) -> None:
    for path in (
        "//evil.example",
        "//evil.example/e/x",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/e//evil.example",
        "/e/",
    ):
        answer = httpx.get(camp.server.url + path)
        assert answer.headers.get("Location", camp.server.url).startswith((camp.server.url, "/e")), path


def test_A14_a_short_secret_is_refused_with_one_sentence(camp: Camp) -> None:
    camp.server.environ["BACKCHANNEL_SECRET"] = "short"
    try:
        done = camp.server.command("serve", "--port", "0", "--db", str(camp.server.db.with_name("fresh.db")))
    finally:
        del camp.server.environ["BACKCHANNEL_SECRET"]
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "BACKCHANNEL_SECRET is too short. Use at least 32 characters.\n"


def test_A14_a_generated_secret_is_readable_by_its_owner_only(camp: Camp) -> None:
    kept = camp.server.db.with_name(camp.server.db.name + ".secret")
    assert (kept.stat().st_mode & 0o777, len(kept.read_text()) >= 32) == (0o600, True)
