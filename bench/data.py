"""Test data for the benchmarks, created through the commands and the API of a running server."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx

from backchannel.domain.ids import uuid7
from bench.subjects import Backchannel, Script

ROOMS = 6
_SAID = (
    "gutter rain bucket street council bus culvert brook map parish flood warning allotment library kitchen meeting "
    "minutes volunteer budget kettle hall keys insurance website password poster who what when again never always "
    "perhaps nobody everybody said asked wants needs pays owns counts mends forgets remembers"
)
WORDS = tuple(_SAID.split())
STARTS = ("", "", "", "", "", "", "Q: ", "A: ", "Action: ", "> ", "Pledge: ")


@dataclass(frozen=True)
class Camp:
    """An event on a server, with its sessions and passes."""

    server: Backchannel
    slug: str
    sessions: list[dict[str, Any]]
    passes: dict[str, str]

    @property
    def api(self) -> str:
        """The path of the event in the API."""
        return f"/api/v1/events/{self.slug}"

    def session_path(self, number: int = 0) -> str:
        """Return the path of a session's page."""
        return f"/e/{self.slug}/s/{self.sessions[number]['slug']}"

    def channel(self, number: int = 0) -> str:
        """Return the name of a session's channel."""
        return f"session/{self.sessions[number]['guid']}"

    def writer(self) -> Writer:
        """Return a writer that uses plain HTTP."""
        return Writer(self)

    def script(self) -> Script:
        """Return the messages with which the load client follows the first session and writes in it."""
        return Script(self.slug, self.channel(), self.sessions[0]["guid"], self.passes["scribe"])

    def join(self, count: int) -> list[str]:
        """Return one personal pass for each note-taker."""
        headers = {"Authorization": f"Bearer {self.passes['scribe']}"}
        with httpx.Client(base_url=self.server.url + self.api, headers=headers, timeout=30) as client:
            return [client.post("/join", json={"name": f"Note-taker {n}"}).json()["pass"] for n in range(count)]


class Writer:
    """A program that posts notes over plain HTTP."""

    def __init__(self, camp: Camp) -> None:
        self._camp = camp
        headers = {"Authorization": f"Bearer {camp.passes['organiser']}"}
        self._http = httpx.Client(base_url=camp.server.url + camp.api, headers=headers, timeout=60)

    def post(self, *texts: str, session: int = 0) -> float:
        """Post notes in a session and return the seconds that took."""
        ops = [self._op(text, self._camp.sessions[session]["guid"]) for text in texts]
        began = time.perf_counter()
        results = self._http.post("/ops", json={"ops": ops}).json()["results"]
        took = time.perf_counter() - began
        refused = [result for result in results if not result.get("ok")]
        assert not refused, f"The server refused a note: {refused[0]}"
        return took

    def _op(self, text: str, session: str) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()
        return {"op": uuid7(), "id": uuid7(), "do": "put", "session": session, "text": text, "written_at": now}


def make_event(server: Backchannel, slug: str, sessions: int = 1) -> Camp:
    """Create an event whose sessions last all day."""
    made = json.loads(server.run("event", "create", slug, "--title", slug.capitalize(), "--json"))
    server.run("import", "schedule", slug, "-", given=_schedule(sessions))
    found = json.loads(server.run("event", "show", slug, "--json"))
    return Camp(server, slug, found["sessions"], made["passes"])


def spread_notes(camp: Camp, notes: int, seed: int = 11) -> None:
    """Import a document with the notes divided equally among the event's sessions."""
    texts = list(sentences(notes, seed))
    lines: list[str] = []
    for number, session in enumerate(camp.sessions):
        mine = texts[number :: len(camp.sessions)]
        lines += [f"## {session['title']}", "", *(f"- {text}" for text in mine), ""]
    camp.server.run("import", "notes", camp.slug, "-", "--author", "Priya", given="\n".join(lines))


def import_document(camp: Camp, notes: int) -> float:
    """Import a document of notes into the first session, and return the seconds that the command took."""
    lines = [f"- {sentence}" for sentence in sentences(notes, notes)]
    document = "\n".join([f"# {camp.sessions[0]['title']}", "", *lines])
    began = time.perf_counter()
    camp.server.run("import", "notes", camp.slug, "-", "--session", camp.sessions[0]["slug"], "--author", "Priya", given=document)
    return time.perf_counter() - began


def sentences(count: int, seed: int) -> Iterator[str]:
    """Return realistic notes, among them questions, actions and quotes. No two are the same."""
    dice = random.Random(seed)
    for n in range(count):
        words = " ".join(dice.choice(WORDS) for _ in range(dice.randint(6, 20)))
        yield f"{dice.choice(STARTS)}{words} {n}"


def _schedule(sessions: int) -> str:
    """Return a schedule as CSV: a single session lasts all day, and several fill today's rooms one after another."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    slots = -(-sessions // ROOMS)
    length = timedelta(minutes=min(23 * 60 // slots, 12 * 60))
    rows = []
    for n in range(sessions):
        starts = midnight + length * (n // ROOMS)
        rows.append(f"Session {n},{starts.date()},{starts:%H:%M},{starts + length:%H:%M},Room {n % ROOMS}")
    return "\n".join(["title,date,start,end,room", *rows])
