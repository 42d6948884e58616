"""Shared test support: a server process, an event on it, and its users over HTTP."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
from click.testing import CliRunner

from backchannel.cli.common import Host
from backchannel.cli.main import main
from backchannel.config import Settings
from backchannel.desk import events, programme
from backchannel.desk.overview import event_overview
from backchannel.domain.ids import uuid7
from backchannel.ingest.schedules import read_schedule

ROOT = Path(__file__).parent.parent
START = 30.0  # seconds a server may take to print its address


class Server:
    """`backchannel serve`, or another `entry` point, in a separate process."""

    def __init__(
        self, db: Path, port: int = 0, *, entry: str = "backchannel", postgres: str | None = None, **settings: str
    ) -> None:
        self.db = db
        self.address = postgres or str(db)
        self.port = port
        self.entry = entry
        self.log = db.with_suffix(".log")
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")},
            "BACKCHANNEL_DB": self.address, "BACKCHANNEL_LIMITS": "off",
            **{f"BACKCHANNEL_{name.upper()}": value for name, value in settings.items()},
        }  # fmt: skip
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.spawn()
        self.listen()

    def spawn(self) -> None:
        """Start the process, without waiting for it to listen."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.entry, "serve", "--port", str(self.port)],
                cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip

    def listen(self) -> None:
        """Wait until the process says where it listens."""
        line = self._first_line()
        found = re.search(r":(\d+)$", line.strip())
        assert found, f"the server said {line!r}; its log: {self.log.read_text()}"
        self.port = int(found[1])

    def _first_line(self) -> str:
        assert self.process
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], START)
        return self.process.stdout.readline() if ready else ""

    def stop(self) -> None:
        """Terminate the process, and kill it if it hangs."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def run(self, *words: str, given: str | bytes | None = None, code: int = 0) -> str:
        """Run a command on the same database. Return its stdout."""
        done = self.command(*words, given=given)
        assert done.returncode == code, f"exit {done.returncode}: {done.stderr}"
        return done.stdout

    def command(
        self, *words: str, given: str | bytes | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on the same database. A server gets a process of its own, because gevent patches it."""
        if words[0] != "serve":
            return command(*words, given=given, **self.environ | environ)
        done = subprocess.run(
            [sys.executable, "-m", "backchannel", *words], env=self.environ | environ, capture_output=True, timeout=60
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def command(*words: str, given: str | bytes | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process: a new interpreter for each command would take half of the suite's time."""
    code: Any = 0
    with CliRunner().isolation(input=given, env=environ) as (stdout, stderr, _):
        try:
            main(list(words))
        except SystemExit as end:
            code = end.code
    return subprocess.CompletedProcess(words, code or 0, stdout.getvalue().decode(), stderr.getvalue().decode())


def schedule_json(now: datetime | None = None) -> str:
    """Return a schedule of two rooms and three sessions: two running and one next."""
    now = now or datetime.now(UTC)
    begun = (now - timedelta(minutes=10)).replace(second=0, microsecond=0)
    day = begun.date().isoformat()

    def session(n: int, title: str, room: str, starts: datetime, leader: str, tag: str) -> dict[str, Any]:
        return {
            "guid": f"00000000-0000-4000-8000-00000000000{n}", "id": n, "date": starts.isoformat(),
            "start": starts.strftime("%H:%M"), "duration": "00:50", "room": room, "title": title,
            "abstract": f"Hashtag: #{tag}", "persons": [{"id": n, "public_name": leader}],
        }  # fmt: skip

    later = begun + timedelta(minutes=60)
    rooms = {
        "Kitchen": [
            session(1, "Compost for councillors", "Kitchen", begun, "Ida Moss", "tc26s1"),
            session(3, "The bus that never comes", "Kitchen", later, "Olu Bright", "tc26s3"),
        ],
        "Attic": [session(2, "Minutes nobody reads", "Attic", begun, "Wim de Boer", "tc26s2")],
    }
    conference = {
        "acronym": "tc26", "title": "Teacup Camp", "start": day, "end": day, "daysCount": 1, "time_zone_name": "UTC",
        "days": [{"index": 1, "date": day, "rooms": rooms}],
    }  # fmt: skip
    return json.dumps({"schedule": {"version": "1", "conference": conference}})


@dataclass
class Camp:
    """A running event called Teacup Camp."""

    server: Server
    passes: dict[str, str]
    links: dict[str, str]
    sessions: list[dict[str, Any]]
    slug: str

    @classmethod
    def make(cls, server: Server, **fields: Any) -> Camp:
        """Create an event through the desk, as the commands do, without starting a process for each."""
        slug = f"teacup-{uuid7()[-6:]}"
        host = Host(Settings.from_environment({}, db=server.address, port=server.port))
        made = events.create_event(host.desk, slug, title="Teacup Camp", hashtags=("tc26",), **fields)
        programme.take_schedule(host.desk, slug, read_schedule(schedule_json().encode()))
        passes = events.event_passes(host.desk, host.passes, made.slug)
        sessions = event_overview(host.read(), slug)["sessions"]
        host.store.close()
        links = {role: host.link(token) for role, token in passes.items()}
        return cls(server, dict(passes), links, sorted(sessions, key=lambda session: session["guid"]), slug)

    @property
    def api(self) -> str:
        return f"{self.server.url}/api/v1/events/{self.slug}"

    @property
    def guid(self) -> str:
        """Return the guid of the first session."""
        return str(self.sessions[0]["guid"])

    def join(self, name: str) -> Person:
        shared = Person(self, self.passes["scribe"])
        return Person(self, shared.post("join", {"name": name}).json()["pass"])

    def person(self, role: str) -> Person:
        return Person(self, self.passes[role])

    def changes(self, channel: str | None = None, **query: Any) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(
            f"{self.api}/changes", params={"channel": channel or f"session/{self.guid}", **query}, timeout=40
        ).json()
        return found

    def programme(self) -> dict[str, Any]:
        """Return the rooms, slots and sessions."""
        found: dict[str, Any] = httpx.get(f"{self.api}/programme").json()
        return found

    def texts(self, channel: str | None = None) -> list[str]:
        return [item["text"] for item in self.changes(channel)["items"] if not item.get("gone")]

    def export(self, *words: str) -> str:
        return self.server.run("export", self.slug, *words, "-o", "-")


@dataclass
class Person:
    """A user with a pass, over plain HTTP."""

    camp: Camp
    token: str

    def post(self, path: str, body: Any) -> httpx.Response:
        return httpx.post(
            f"{self.camp.api}/{path}", json=body, headers={"Authorization": f"Bearer {self.token}"}, timeout=20
        )

    def ops(self, *ops: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.post("ops", {"ops": list(ops)})
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def do(self, op: dict[str, Any]) -> dict[str, Any]:
        (result,) = self.ops(op)
        return result

    def note(self, text: str, **more: Any) -> dict[str, Any]:
        """Post a note to the first session. Return the response."""
        return self.do(put(text, **{"session": self.camp.guid, **more}))


def put(text: str, **more: Any) -> dict[str, Any]:
    """Return an op that creates a note."""
    return {"op": uuid7(), "id": uuid7(), "do": "put", "origin": "note", "session": None, "text": text, **more}


def eventually(look: Any, seconds: float = 10.0) -> Any:
    """Poll `look` until it returns something true. Use it to wait for another process, never to measure time."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"not within {seconds} s; at last: {found!r}"
        select.select([], [], [], 0.02)
    return found
