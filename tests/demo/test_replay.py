"""The whole demo at forty times its speed, started like a user would and observed as a follower."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backchannel.demo.diary import guids
from backchannel.demo.script import read_script

SCRIPT = read_script()
SESSIONS = guids(SCRIPT)


@dataclass
class Demo:
    process: subprocess.Popen[str]
    said: list[str]
    folder: Path  # where it may put what it needs for the time being

    @property
    def page(self) -> str:
        (address,) = re.findall(r"Follow it +(\S+)", "".join(self.said))
        return str(address)

    def items(self) -> list[dict[str, Any]]:
        api = self.page.replace("/e/", "/api/v1/events/")
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"seq": 0, "more": True}
        while page["more"]:
            page = httpx2.get(f"{api}/changes", params={"after": page["seq"], "limit": 500}).json()
            found += page["items"]
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "backchannel", "demo", "--speed", "40", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    said: list[str] = []
    assert process.stdout
    for line in process.stdout:  # ends with the process; pytest's own time limit is the deadline
        said.append(line)
        if "Press Ctrl-C to stop" in line and len(said) > 10:
            break
    yield Demo(process, said, folder)
    process.kill()
    process.wait()


def test_the_demo_prints_its_links_its_sessions_and_its_totals(demo: Demo) -> None:
    said = "".join(demo.said)
    assert re.findall(r"^  (Follow it|Take notes|Organise) +http", said, flags=re.MULTILINE) == [
        "Follow it",
        "Take notes",
        "Organise",
    ]
    assert all(session["title"] in said for rooms in grid() for session in rooms)
    assert "That was Puddlecamp: 264 notes, 60 posts and 9 afterthoughts.\n" in said


def grid() -> list[list[dict[str, Any]]]:
    return list(SCRIPT.schedule["schedule"]["conference"]["days"][0]["rooms"].values())


def test_every_note_appears_once_with_its_latest_text(demo: Demo) -> None:
    wanted: dict[tuple[str, int | None], list[str]] = {}
    for line in SCRIPT.lines:
        mine = wanted.setdefault((line.author, line.number), [])
        if line.do != "put":
            mine.pop()
        if line.do != "retract":
            mine.append(line.text)
    notes = [item for item in demo.items() if item.get("origin") == "note"]
    numbers = {guid: number for number, guid in SESSIONS.items()}
    found = Counter((note["author"], numbers.get(note["session"]), note["text"]) for note in notes)
    assert found == Counter((author, number, text) for (author, number), texts in wanted.items() for text in texts)


def test_a_retracted_note_leaves_a_tombstone_and_no_text(demo: Demo) -> None:
    items = demo.items()
    assert [item for item in items if item.get("gone")] == [
        {"id": item["id"], "seq": item["seq"], "gone": True} for item in items if item.get("gone")
    ]
    assert len([item for item in items if item.get("gone")]) == 1
    assert not [item for item in items if "1907 btw" in item.get("text", "")]


def test_posts_arrive_by_polling_with_a_reason_for_their_placement(demo: Demo) -> None:
    posts = [item for item in demo.items() if item.get("origin") == "post"]
    assert Counter(post["author"] for post in posts) == Counter(post.author for post in SCRIPT.posts)
    assert [post for post in posts if not post["placed"]["reason"]] == []
    tagged = {post["session"] for post in posts if "#pud9" in post["text"]}
    assert tagged == {SESSIONS[9]}


def test_afterthoughts_are_paragraphs_of_their_sessions(demo: Demo) -> None:
    thoughts = [item for item in demo.items() if item.get("origin") == "afterthought"]
    wanted = [(t.author, SESSIONS[t.number], paragraph) for t in SCRIPT.afterthoughts for paragraph in t.paragraphs]
    assert sorted((one["author"], one["session"], one["text"]) for one in thoughts) == sorted(wanted)


def test_the_printed_links_open(demo: Demo) -> None:
    addresses = re.findall(r"http://\S+", "".join(demo.said))
    assert [httpx2.get(address).status_code for address in addresses] == [200] * 4


def test_ctrl_c_stops_the_demo_and_leaves_nothing_behind(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(20) == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(demo.page)
    assert list(demo.folder.iterdir()) == []
