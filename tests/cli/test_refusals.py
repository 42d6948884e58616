"""Bad input on the command line gets one sentence, exit code 1 and no partial changes; wrong usage gets exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import Camp, schedule_json


@pytest.mark.parametrize(
    ("words", "given", "sentence"),
    [
        (["event", "show", "nowhere"], None, "There is no event “nowhere” on this server."),
        (["import", "schedule", "nowhere", "-"], "{}", "There is no event “nowhere” on this server."),
        (["event", "create", "Bad Slug", "--title", "x"], None,
         "Use lower-case letters, digits and hyphens for an event's short name, like “bad-slug”."),
        (["event", "create", "fine", "--title", "x", "--timezone", "Mars"], None,
         "Unknown time zone “Mars”. Use a name like Europe/London."),
        (["feed", "add", "CAMP", "hello"], None,
         "“hello” isn't an address. Enter one like https://example.org/feed, or “#tag @ mastodon.social”."),
        (["serve", "--host", "300.1.1.1"], None,
         "“300.1.1.1” isn't an address of this machine. Choose another with --host, such as 0.0.0.0."),
        (["event", "create", "fine", "--title", "x", "--starts", "soon"], None, "“soon” isn't a date. Use the form 2026-06-13."),
    ],
)  # fmt: skip
def test_a_refusal_is_one_sentence(camp: Camp, words: list[str], given: str | None, sentence: str) -> None:
    done = camp.server.command(*(word.replace("CAMP", camp.slug) for word in words), given=given)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence + "\n")


def test_a_mistyped_database_path_creates_nothing(camp: Camp, tmp_path: Path) -> None:
    path = tmp_path / "cmap.db"
    done = camp.server.command("event", "list", "--json", "--db", str(path))
    missing = f"There is no database at {path}. Create one with `backchannel event create`, or name another with --db.\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", missing)
    for words in (["event", "show", camp.slug], ["export", camp.slug], ["poll", "--all", "--once"], ["backup", "b.db"]):
        done = camp.server.command(*words, "--db", str(path))
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
        assert f"There is no database at {path}" in done.stderr
    assert not path.exists()


def test_an_event_is_not_created_if_its_links_cannot_be(camp: Camp, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    words = ("event", "create", "fine", "--title", "Fine", "--db", str(path))
    done = camp.server.command(*words, BACKCHANNEL_SECRET="short")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert camp.server.command(*words).returncode == 0


def test_wrong_usage_is_exit_2(camp: Camp) -> None:
    assert camp.server.command("event", "create").returncode == 2
    assert camp.server.command("nonsense").returncode == 2


@pytest.mark.parametrize("size", [10, 300, 900])
def test_a_schedule_cut_off_in_the_middle_is_refused_whole(camp: Camp, size: int) -> None:
    before = camp.server.run("event", "show", camp.slug, "--json")
    done = camp.server.command("import", "schedule", camp.slug, "-", given=schedule_json()[:size])
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert camp.server.run("event", "show", camp.slug, "--json") == before


@pytest.mark.parametrize("given", [b"\x00\x01\x02\xff\xfe" * 40, b"<html><p>not one</p></html>", b""])
def test_an_invalid_schedule_is_refused_with_an_explanation(camp: Camp, given: bytes) -> None:
    done = camp.server.command("import", "schedule", camp.slug, "-", given=given)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


def test_a_missing_file_is_named(camp: Camp, tmp_path: Path) -> None:
    done = camp.server.command("import", "schedule", camp.slug, str(tmp_path / "none.json"))
    assert (done.returncode, done.stderr) == (1, f"Can't read {tmp_path / 'none.json'}: no such file or directory.\n")


def test_a_repeated_import_and_a_dry_run_change_nothing(camp: Camp) -> None:
    before = camp.server.run("event", "show", camp.slug, "--json")
    text = schedule_json().replace("Compost for councillors", "Compost for all")
    assert "Compost for all" in camp.server.run("import", "schedule", camp.slug, "-", "--dry-run", given=text)
    assert camp.server.run("event", "show", camp.slug, "--json") == before
