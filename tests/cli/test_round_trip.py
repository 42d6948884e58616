"""A document imported, exported and imported into a new event gives the same items."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backchannel.domain.ids import uuid7
from tests.stage import Camp, Server, put

DOCUMENT = """Post-event thoughts (updated 14 June 2026):
I went for the biscuits – and stayed for the drains.
I have given myself the action of asking the parish about the culvert.
What I scribbled at the time:
– the brook – all of it – runs under the car park
– Who mapped it last? Nobody knows. Hear hear! – The map is from 1954
– I will bring the waders (hey – that’s my drains pledge)
– Ida: “you can smell it before you see it”
"""


def items(server: Server, event: str) -> list[dict[str, Any]]:
    kept = ("origin", "kind", "depth", "author", "speaker", "text", "at", "session_slug")
    lines = server.run("export", event, "--format", "ndjson").splitlines()
    return [{name: item[name] for name in kept} for item in map(json.loads, lines)]


def fresh(server: Server) -> str:
    slug = f"fresh-{uuid7()[-6:]}"
    server.run("event", "create", slug, "--title", "Fresh")
    return slug


def test_a_live_notes_document_survives_export_and_import(shared_server: Server) -> None:
    first, second = fresh(shared_server), fresh(shared_server)
    shared_server.run("import", "notes", first, "-", given=DOCUMENT)
    written = items(shared_server, first)
    assert [(item["origin"], item["kind"]) for item in written] == [
        ("note", "note"), ("note", "agreement"), ("note", "note"), ("note", "pledge"), ("note", "quote"),
        ("afterthought", "note"), ("afterthought", "action"),
    ]  # fmt: skip
    assert {item["at"] for item in written if item["origin"] == "afterthought"} == {"2026-06-14"}
    markdown = shared_server.run("export", first, "--session", written[0]["session_slug"], "--format", "md")
    assert "## Post-event thoughts (updated 14 June 2026)" in markdown
    assert "## What I scribbled at the time" in markdown
    shared_server.run("import", "notes", second, "-", given=markdown)
    assert items(shared_server, second) == written


def test_the_same_document_again_adds_nothing(shared_server: Server) -> None:
    event = fresh(shared_server)
    shared_server.run("import", "notes", event, "-", given=DOCUMENT)
    before = items(shared_server, event)
    assert "7 were there already" in shared_server.run("import", "notes", event, "-", given=DOCUMENT)
    assert items(shared_server, event) == before


def test_binary_notes_are_refused_and_nothing_is_saved(shared_server: Server) -> None:
    event = fresh(shared_server)
    done = shared_server.command("import", "notes", event, "-", given=bytes(range(256)) * 10)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert items(shared_server, event) == []


LOG = """14:00:03 [mo]
Meeting: Puddles
14:01:12 [mo]
Topic: Gutters
14:01:40 [mo]
ty: the gutters are full
14:01:58 [mo]
... and nobody owns them
14:02:10 [ty]
-> https://example.org/gutters The plan
14:03:30 [mo]
ty: who pays?
"""


@pytest.mark.parametrize("format", ["md", "html", "json"])
def test_a_scribe_s_log_keeps_times_speakers_and_topics_in_every_format(shared_server: Server, format: str) -> None:
    first, second = fresh(shared_server), fresh(shared_server)
    shared_server.run("import", "notes", first, "-", "--date", "2019-05-14", given=LOG)
    written = items(shared_server, first)
    assert [(item["at"][11:16], item["author"], item["speaker"], item["kind"], item["text"]) for item in written] == [
        ("14:01", "mo", None, "note", "Topic: Gutters"),
        ("14:01", "mo", "ty", "note", "ty: the gutters are full"),
        ("14:01", "mo", "ty", "note", "... and nobody owns them"),
        ("14:02", "ty", None, "link", "-> https://example.org/gutters The plan"),
        ("14:03", "mo", "ty", "question", "ty: who pays?"),
    ]
    exported = shared_server.run("export", first, "--format", format)
    shared_server.run("import", "notes", second, "-", given=exported)
    again = items(shared_server, second)
    if format == "md":  # which prints minutes
        written = [item | {"at": item["at"][:17] + "00" + item["at"][19:]} for item in written]
    assert again == written


def test_a_speaker_with_a_nickname_in_the_text_is_named_once(shared_server: Server) -> None:
    event = fresh(shared_server)
    shared_server.run("import", "notes", event, "-", "--date", "2019-05-14", given=LOG)
    page = shared_server.run("export", event, "--format", "html").partition("<!-- Backchannel data")[0]
    assert "<b>ty:</b> the gutters are full" in page
    assert "ty: the gutters" not in page


def test_off_the_record_lines_of_a_document_are_not_kept(shared_server: Server) -> None:
    event = fresh(shared_server)
    given = "# Rain\n- wet\n- OTR: between us\n- Ann: otr: and us\n- 10:30 Off the record: she left\n"
    shared_server.run("import", "notes", event, "-", given=given)
    assert [item["text"] for item in items(shared_server, event)] == ["wet"]


@pytest.mark.parametrize("format", ["md", "html", "json"])
def test_importing_an_events_own_write_up_adds_no_notes(camp: Camp, format: str) -> None:
    ann = camp.join("Ann")
    for text in ("wet", "wet", "ACTION: Bob to mop", "Hob: so very wet"):
        ann.note(text)
    ann.ops(put("It was wet.", origin="afterthought", session=camp.guid), put("lost keys", session=None))
    posts = {"id": "p1", "at": "2026-06-13T10:05:00+01:00", "author": "@vetch@example.social", "text": "wet #tc26s1"}
    camp.server.run("import", "posts", camp.slug, "-", given=json.dumps(posts))
    before = items(camp.server, camp.slug)
    written = camp.server.run("export", camp.slug, "--format", format)
    camp.server.run("import", "notes", camp.slug, "-", given=written)
    assert items(camp.server, camp.slug) == before
    edited = camp.server.run("export", camp.slug, "--format", format).replace("so very wet", "so very dry")
    camp.server.run("import", "notes", camp.slug, "-", given=edited)
    assert len(items(camp.server, camp.slug)) == len(before) + (format == "md")  # the others know ids
