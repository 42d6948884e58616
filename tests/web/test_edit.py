"""Editing a write-up changes the write-up and not the notes."""

from __future__ import annotations

import httpx2 as httpx

from tests.stage import Camp, put


def browser(camp: Camp, role: str, name: str) -> httpx.Client:
    made = httpx.Client(base_url=camp.server.url, follow_redirects=True, timeout=20)
    made.post(camp.links[role], data={"name": name})
    return made


def notes(camp: Camp, *texts: str) -> list[str]:
    ann = camp.join("Ann")
    return [ann.note(text)["id"] for text in texts]


def writeup(camp: Camp) -> str:
    return f"/e/{camp.slug}/s/compost-for-councillors/write-up"


def test_lines_can_be_left_out_and_moved_without_changing_the_notes(camp: Camp) -> None:
    first, second, third = notes(camp, "first line", "second line", "third line")
    olive = browser(camp, "organiser", "Olive")
    form = {
        "title": "Compost, at last", "introduction": "What it was about.", "line": [first, second, third],
        "keep": [first, third], "order": [third, first, second], "pin": [third],
    }  # fmt: skip
    page = olive.post(f"{writeup(camp)}/edit", data=form).text
    assert "Compost, at last" in page
    assert "What it was about." in page
    markdown = httpx.get(f"{camp.server.url}{writeup(camp)}.md").text
    assert markdown.index("third line") < markdown.index("first line")
    assert "second line" not in markdown
    assert camp.texts() == ["first line", "second line", "third line"]


def test_each_changed_save_is_a_revision(camp: Camp) -> None:
    (first,) = notes(camp, "first line")
    olive = browser(camp, "organiser", "Olive")

    def save(title: str) -> int:
        form = {"title": title, "line": [first], "keep": [first]}
        return int(olive.post(f"{writeup(camp)}/edit", data=form, headers={"Accept": "application/json"}).json()["rev"])

    assert [save("One"), save("One"), save("Two")] == [1, 1, 2]


def test_an_unpublished_write_up_is_hidden_from_the_public_in_every_format(camp: Camp) -> None:
    notes(camp, "not for everybody yet")
    olive = browser(camp, "organiser", "Olive")
    assert "Publish" in olive.post(f"{writeup(camp)}/publish", data={"published": "no"}).text
    outside = httpx.Client(base_url=camp.server.url)
    assert outside.get(writeup(camp)).status_code == 404
    for ending in ("md", "html", "txt", "json", "ndjson"):
        assert outside.get(f"{writeup(camp)}.{ending}").status_code == 404
        assert "not for everybody" not in outside.get(f"/e/{camp.slug}/write-up.{ending}").text
    olive.post(f"{writeup(camp)}/publish", data={"published": "yes"})
    assert "not for everybody yet" in outside.get(writeup(camp)).text


def test_only_note_takers_and_organisers_can_edit_the_write_up(camp: Camp) -> None:
    ann, bea = browser(camp, "scribe", "Ann"), browser(camp, "scribe", "Bea")
    ann.post(f"/api/v1/events/{camp.slug}/ops", json={"ops": [_put(camp)]})
    assert ann.get(f"{writeup(camp)}/edit").status_code == 200
    assert bea.get(f"{writeup(camp)}/edit").status_code == 403
    assert ann.post(f"{writeup(camp)}/publish", data={"published": "no"}).status_code == 403
    assert httpx.get(f"{camp.server.url}{writeup(camp)}/edit").status_code == 401


def _put(camp: Camp) -> dict[str, object]:
    return put("mine", session=camp.guid)
