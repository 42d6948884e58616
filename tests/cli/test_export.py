"""`backchannel export`: files, folders and refusals, with the same bytes from every process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from backchannel.domain.ids import uuid7
from backchannel.writeup.formats import FORMATS
from tests.stage import Camp, Server
from tests.writeup.opened import unzipped


@pytest.fixture
def written(camp: Camp) -> Camp:
    ann = camp.join("Ann")
    for text in ("Five villages in the room", "Q: who has the passwords?", "PLEDGE: I will write them down by Friday"):
        ann.note(text)
    return camp


def export(camp: Camp, *words: str, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process and return its output as bytes."""
    command = [sys.executable, "-m", "backchannel", "export", camp.slug, *words]
    return subprocess.run(command, env=camp.server.environ | {"PYTHONHASHSEED": seed}, capture_output=True, timeout=60)


@pytest.mark.parametrize("name", FORMATS)
def test_two_processes_write_the_same_bytes(name: str, written: Camp) -> None:
    first, second = (export(written, "--format", name, seed=seed) for seed in ("1", "2"))
    assert (first.returncode, first.stderr) == (0, b"")
    assert first.stdout
    assert first.stdout == second.stdout


def test_a_site_goes_into_a_folder(written: Camp, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    assert export(written, "--format", "site", "-o", str(folder)).returncode == 0
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == set((folder / "files.txt").read_text().split())
    assert "Five villages in the room" in (folder / "everything.html").read_text()


def test_a_site_goes_into_a_zip(written: Camp, tmp_path: Path) -> None:
    assert export(written, "--format", "site", "-o", str(tmp_path / "site.zip")).returncode == 0
    files = unzipped((tmp_path / "site.zip").read_bytes())
    assert files == unzipped(export(written, "--format", "site").stdout)
    assert "index.html" in files


def test_an_obsolete_page_is_removed_from_the_folder(written: Camp, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    export(written, "--format", "site", "-o", str(folder))
    (folder / "mine.txt").write_text("I put this here")
    before = {path.name for path in (folder / "sessions").iterdir()}
    ids = [item["id"] for item in written.changes()["items"]]
    ann = written.person("organiser")
    results = ann.ops(*({"op": uuid7(), "id": id, "do": "hide"} for id in ids))
    assert all(result["ok"] for result in results)
    export(written, "--format", "site", "-o", str(folder))
    assert len(before) == 1
    assert {path.name for path in (folder / "sessions").iterdir()} == set()
    assert (folder / "mine.txt").read_text() == "I put this here"


def test_a_folder_with_other_things_in_it_is_left_alone(written: Camp, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years")
    done = export(written, "--format", "site", "-o", str(tmp_path))
    assert (done.returncode, done.stderr.decode()) == (
        1, f"{tmp_path} isn't empty and contains no earlier export. Choose an empty folder.\n",
    )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_manifest_with_outside_paths_removes_nothing(written: Camp, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.txt", tmp_path / "site"
    outside.write_text("mine")
    folder.mkdir()
    (folder / "files.txt").write_text(f"../outside.txt\n{outside}\nsessions/../../outside.txt\n")
    assert export(written, "--format", "site", "-o", str(folder)).returncode == 0
    assert outside.read_text() == "mine"


def test_held_and_hidden_items_are_only_in_tables(written: Camp) -> None:
    ann = written.person("organiser")
    (first, *_) = written.changes()["items"]
    ann.do({"op": uuid7(), "id": first["id"], "do": "hide"})
    lines = export(written, "--format", "ndjson", "--all").stdout.splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["hidden", "visible", "visible"]
    done = export(written, "--format", "md", "--all")
    assert (done.returncode, done.stdout, done.stderr.decode()) == (
        1, b"", "What is held or hidden is in ndjson and csv only, where each item says so; md does not.\n",
    )  # fmt: skip


def test_a_missing_extra_is_reported_with_the_install_command(written: Camp) -> None:
    """Run an interpreter that cannot find the extra's modules."""
    hide = "import sys; sys.modules['typst'] = None; from backchannel.cli.main import main; main()"
    command = [sys.executable, "-c", hide, "export", written.slug, "--format", "pdf"]
    done = subprocess.run(command, env=written.server.environ, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (
        1, b"", "The format pdf needs the extra “publish”: pip install 'backchannel[publish]'\n",
    )  # fmt: skip


def test_a_site_of_one_session_is_refused(written: Camp) -> None:
    done = export(written, "--format", "site", "--session", written.guid)
    assert (done.returncode, done.stderr.decode()) == (
        1, "The format site is of a whole event; leave the session out.\n",
    )  # fmt: skip


def test_a_progress_bar_is_drawn_on_a_terminal_only(server: Server, tmp_path: Path) -> None:
    """The bar needs a terminal: `script` of the standard library's pty."""
    server.run("event", "create", "long", "--title", "Long")
    posts = "".join(json.dumps({"id": f"p{n}", "at": "2026-06-13T10:00:00Z", "author": "Zed", "text": f"post {n}"}) + "\n"
                    for n in range(1200))  # fmt: skip
    server.run("import", "posts", "long", "-", given=posts)
    words = ["-m", "backchannel", "export", "long", "--format", "pdf", "-o", str(tmp_path / "long.pdf")]
    look = (
        "import os, pty, sys; chunks = []\n"
        "def read(fd):\n    data = os.read(fd, 4096); chunks.append(data); return data\n"
        f"code = pty.spawn([sys.executable, *{words!r}], read)\nsys.exit(os.waitstatus_to_exitcode(code))"
    )
    done = subprocess.run([sys.executable, "-c", look], env=server.environ, capture_output=True, timeout=110)
    assert done.returncode == 0
    assert b"Making pdf" in done.stdout
    assert b"100%" in done.stdout
    assert server.command(*words[2:]).stderr == ""
