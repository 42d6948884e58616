"""Sessions and exports without names never name a person whom the event knows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx2 as httpx
import pytest

from backchannel.desk.redaction import RedactingReader
from backchannel.domain.ids import uuid7
from backchannel.domain.people import PARTICIPANT
from backchannel.store.base import Reader
from backchannel.store.joining import JoiningReader
from backchannel.store.moderation import ModerationReader
from backchannel.store.programme import ProgrammeReader
from backchannel.writeup.formats import FORMATS
from tests.stage import Camp, schedule_json
from tests.writeup.opened import text_of

# Methods whose answers tell of nobody, or that only the desk asks.
TELL_OF_NOBODY = {
    *(
        "epoch",
        "snapshot",
        "events",
        "event",
        "heads",
        "permissions",
        "generation",
        "rooms",
        "join_codes",
        "join_code",
        "holders",  # for the organisers only
        "holder",
        "revoked_keys",
        "anonymous_sessions",
        "hallway",
        "page_extent",
        "window",
        "only_new",
        "posts_to_check",
        "watched_schedules",
        "blocks",
        "block",
        "blocked_items",
        "visible_posts",
        "withheld",
        "withheld_count",
        "waiting",
        "reports",
        "reporters",
        "moderation_log",
        "last_note",
        "outcomes",
        "channel_head",
    ),
    *(
        "channel_entries",
        "stored_answer",
        "activity",
        "feed",
        "feeds",
        "gaps",
        "fingerprints",
        "sources",
        "sources_since",
        "history",
        "merged_sessions",
        "programme_heads",
        "voted",
        "posts_by_clock",
        "posts_of",
        "newest_to_check",
        "arrivals",
    ),
}
NAMES = ("Zora", "Quill", "Zora Quill", "Ida Moss", "Ida", "@vetch@example.social", "vetch", "Hob", "Nettle")
POST = {
    "id": "https://example.social/@vetch/1", "at": "2026-06-13T10:05:00+01:00", "author": "@vetch@example.social",
    "text": "Zora is right! #tc26s1", "url": "https://example.social/@vetch/1",
}  # fmt: skip


def named_in(text: str) -> list[str]:
    """Return the known names in a text, as whole words in any case."""
    return [name for name in NAMES if re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text, re.IGNORECASE)]


@pytest.fixture
def full(camp: Camp) -> Camp:
    """A session with names in every field: leader Ida Moss, author Zora Quill, speaker Hob, @vetch."""
    zora = camp.join("Zora Quill")
    zora.note("Hob: worms, says zora; ask @vetch and see https://example.social/@vetch/1")
    zora.note("ACTION: Ida Moss to call Nettle")
    camp.server.run("import", "posts", camp.slug, "-", given=json.dumps(POST))
    return camp


def test_every_reader_method_is_covered_by_the_name_checks() -> None:
    kinds = (Reader, ProgrammeReader, ModerationReader, JoiningReader)
    asked = {name for kind in kinds for name in vars(kind) if not name.startswith("_")}
    assert asked - set(vars(RedactingReader)) == TELL_OF_NOBODY & asked
    assert not (set(vars(RedactingReader)) & TELL_OF_NOBODY)


def test_a_session_without_names_names_nobody_anywhere(full: Camp) -> None:
    server, slug = full.server, full.slug
    assert named_in(httpx.get(f"{server.url}/e/{slug}").text) == ["Ida Moss", "Ida"]
    done = server.command("event", "session", slug, full.sessions[0]["slug"], "--no-names")
    assert done.returncode == 0
    assert "Nettle" in done.stderr
    server.run("event", "withhold", slug, "Nettle")
    address = f"{server.url}/e/{slug}"
    session = f"{address}/s/{full.sessions[0]['slug']}"
    pages = [address, f"{address}/all", session, f"{address}/write-up", f"{session}/write-up", full.api]
    pages += [f"{session}/write-up.{format}" for format in ("md", "html", "txt", "json", "ndjson")]
    pages += [f"{full.api}/changes?channel={channel}" for channel in ("event", f"session/{full.guid}")]
    answers = {page: httpx.get(page) for page in pages}
    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(pages, 200)
    assert {page: named for page, answer in answers.items() if (named := named_in(answer.text))} == {}
    assert named_in(server.run("event", "show", slug, "--json")) == []
    for format in ("md", "html", "txt", "json", "ndjson"):
        assert named_in(server.run("export", slug, "--format", format)) == []
    assert full.texts() == [
        f"{PARTICIPANT}: worms, says {PARTICIPANT}; ask {PARTICIPANT} and see (a link)",
        f"ACTION: {PARTICIPANT} to call {PARTICIPANT}",
        f"{PARTICIPANT} is right! #tc26s1",
    ]
    server.run("event", "session", slug, full.guid, "--names")
    assert full.texts()[1:] == ["ACTION: Ida Moss to call Nettle", "Zora is right! #tc26s1"]


def test_the_reasons_on_the_triage_board_name_nobody(full: Camp) -> None:
    post = {"id": "p2", "at": POST["at"], "author": "@heron@example.social", "text": "Zora Quill and Ida Moss again"}
    full.server.run("import", "posts", full.slug, "-", given=json.dumps(post))
    board, shown = f"{full.server.url}/e/{full.slug}/triage", {"Authorization": f"Bearer {full.passes['organiser']}"}
    before = httpx.get(board, headers=shown).text
    full.server.run("event", "session", full.slug, full.guid, "--no-names")
    after = httpx.get(board, headers=shown).text
    reasons = [re.findall(r'class="choice"[^>]*title="([^"]*)', page) for page in (before, after)]
    assert any(named_in(reason) for reason in reasons[0])
    assert [reason for reason in reasons[1] if named_in(reason)] == []


def test_the_grid_editor_and_the_pitches_name_nobody(full: Camp) -> None:
    organiser = full.person("organiser")
    shown = {"Authorization": f"Bearer {organiser.token}"}
    guid, address = uuid7(), f"{full.server.url}/e/{full.slug}"
    httpx.post(f"{address}/pitches", data={"pitch": guid, "title": "Worms with Hob", "leader": "Zora Quill"}, headers=shown)
    found = full.programme()
    for edit in (
        {"do": "place", "session": guid, "room": found["rooms"][0]["guid"], "slot": found["slots"][0]["guid"]},
        {"do": "change_session", "session": guid, "title": "Zora Quill on worms", "leaders": ["Ida Moss"]},
    ):
        assert organiser.post("grid", {"op": uuid7(), **edit}).status_code == 200
    pages = [f"{address}/grid/edit?pick={guid}", f"{address}/pitches", f"{full.api}/programme", f"{full.api}/programme?after=0"]
    assert all(named_in(httpx.get(page, headers=shown).text) for page in pages)
    full.server.run("event", "session", full.slug, guid, "--no-names")
    full.server.run("event", "session", full.slug, full.guid, "--no-names")
    assert {page: named for page in pages if (named := named_in(httpx.get(page, headers=shown).text))} == {}


def test_followers_receive_all_items_again_when_names_are_removed(full: Camp) -> None:
    before = full.changes()
    full.server.run("event", "session", full.slug, full.guid, "--no-names")
    after = full.changes(after=before["seq"])
    assert [item["id"] for item in after["items"]] == [item["id"] for item in before["items"]]
    assert {item["author"] for item in after["items"]} == {PARTICIPANT}
    assert all(item["url"] is None and item["sources"] == [] for item in after["items"])


def test_a_note_takers_own_page_names_nobody(full: Camp) -> None:
    full.server.run("event", "session", full.slug, full.guid, "--no-names")
    hob = full.join("Hob")
    hob.note("Zora again")
    assert full.texts()[-1] == f"{PARTICIPANT} again"


@pytest.mark.parametrize("format", FORMATS)
def test_no_format_without_names_names_anybody(full: Camp, tmp_path: Path, format: str) -> None:
    path = tmp_path / FORMATS[format].file_name("export")
    full.server.run("export", full.slug, "--format", format, "--no-names", "--also-strip", "Nettle", "-o", str(path))
    text = text_of(format, path.read_bytes())
    assert named_in(text) == []
    assert PARTICIPANT in " ".join(text.split()) or format == "ics"


def test_possible_names_are_reported_to_the_organiser_only(full: Camp) -> None:
    done = full.server.command("export", full.slug, "--no-names")
    assert "Nettle" in done.stderr
    assert "--also-strip NAME" in done.stderr
    assert named_in(full.server.command("export", full.slug, "--no-names", "--also-strip", "Nettle").stderr) == []


def test_also_strip_requires_no_names(full: Camp) -> None:
    done = full.server.command("export", full.slug, "--also-strip", "Nettle")
    assert (done.returncode, done.stderr) == (1, "--also-strip requires --no-names.\n")


def test_a_repeated_import_does_not_restore_names(full: Camp) -> None:
    full.server.run("event", "session", full.slug, full.guid, "--no-names")
    full.server.run("import", "schedule", full.slug, "-", given=schedule_json())
    assert named_in(httpx.get(f"{full.server.url}/e/{full.slug}").text) == []


def test_an_off_the_record_note_is_refused_with_a_reason(camp: Camp) -> None:
    zora = camp.join("Zora")
    answer = zora.note("otr: between us")
    assert (answer["error"]["code"], answer["error"]["permanent"], answer["error"]["field"]) == (
        "off_the_record",
        True,
        "text",
    )
    assert camp.texts() == []


def test_a_withdrawn_item_is_in_no_output(camp: Camp, tmp_path: Path) -> None:
    zora = camp.join("Zora")
    slip = zora.note("a slip of the tongue")
    zora.note("worms")
    zora.do({"op": uuid7(), "id": slip["id"], "do": "retract"})
    for format in FORMATS:
        for more in ((), ("--all",)) if format in ("ndjson", "csv") else ((),):
            path = tmp_path / f"{format}{len(more)}"
            camp.server.run(
                "export", camp.slug, "--format", format, *more, "-o", f"{path}.zip" if format == "site" else str(path)
            )
            written = Path(f"{path}.zip" if format == "site" else path).read_bytes()
            assert "tongue" not in text_of(format, written)
    assert camp.texts() == ["worms"]
