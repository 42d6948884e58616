"""Own notes: note-takers can download their own notes and nobody else's."""

from __future__ import annotations

import json

import httpx2 as httpx
import pytest

from tests.stage import Camp, Person


def taken(camp: Camp, person: Person, path: str) -> httpx.Response:
    url = f"{camp.server.url}/e/{camp.slug}/{path}"
    return httpx.get(url, headers={"Authorization": f"Bearer {person.token}"}, timeout=30)


@pytest.fixture
def ann(camp: Camp) -> Person:
    ann, bob = camp.join("Ann Lee"), camp.join("Bob")
    ann.note("Worms like *coffee*")
    bob.note("Bob was here")
    ann.note("Q: who brings the coffee?", session=camp.sessions[1]["guid"])
    ann.note("It was a good day.", origin="afterthought")
    return ann


def test_note_takers_can_download_their_own_notes_as_a_blog_draft(camp: Camp, ann: Person) -> None:
    answer = taken(camp, ann, "mine.md")
    head, _, body = answer.text.partition("\n## Post-event thoughts\n")
    assert head.startswith("# Notes from Teacup Camp\n")
    assert "by Ann Lee" in head
    lines = [line for line in body.split("\n") if line and not line.startswith(("*", "### Post-event"))]
    assert sorted(lines) == sorted([
        "## Compost for councillors", "It was a good day.", "### What I wrote at the time", "- Worms like *coffee*",
        "## Minutes nobody reads", "### What I wrote at the time", "- Q: who brings the coffee?",
    ])  # fmt: skip
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_own_notes_can_be_downloaded_as_html_and_json(camp: Camp, ann: Person) -> None:
    page = taken(camp, ann, "mine.html").text
    assert "Worms like <em>coffee</em>" in page
    assert "Bob" not in page
    data = json.loads(taken(camp, ann, "mine.json").text)
    texts = {item["text"] for part in data["sessions"] for item in part["items"]}
    assert texts == {"Worms like *coffee*", "Q: who brings the coffee?", "It was a good day."}


def test_the_page_shows_own_notes_and_download_links(camp: Camp, ann: Person) -> None:
    page = taken(camp, ann, "mine").text
    assert "Notes from Teacup Camp" in page
    assert f'href="/e/{camp.slug}/mine.md"' in page
    assert "Bob" not in page


def test_the_page_of_somebody_without_notes_says_so(camp: Camp, ann: Person) -> None:
    assert "written anything yet" in taken(camp, camp.join("Cyd"), "mine").text
    assert taken(camp, camp.join("Cyd"), "mine.md").status_code == 404


def test_a_follower_has_no_notes(camp: Camp, ann: Person) -> None:
    assert taken(camp, camp.person("follower"), "mine").status_code == 401
    assert httpx.get(f"{camp.server.url}/e/{camp.slug}/mine.json").status_code == 401


def test_a_format_that_a_draft_does_not_have_is_refused(camp: Camp, ann: Person) -> None:
    answer = taken(camp, ann, "mine.csv")
    assert (answer.status_code, "md, html, docx or json" in answer.text) == (400, True)


def test_own_notes_of_a_session_without_names_name_nobody(camp: Camp, ann: Person) -> None:
    camp.server.run("event", "session", camp.slug, camp.guid, "--no-names")
    ann.note("Ann Lee and Bob")
    assert "- a participant and a participant\n" in taken(camp, ann, "mine.md").text


def test_the_command_exports_one_persons_notes(camp: Camp, ann: Person) -> None:
    draft = camp.export("--author", "ann lee", "--format", "md")
    assert draft == taken(camp, ann, "mine.md").text
    done = camp.server.command("export", camp.slug, "--author", "Nobody")
    assert (done.returncode, done.stderr) == (1, "“Nobody” wrote no notes in this event.\n")
