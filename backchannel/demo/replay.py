"""Replay Puddlecamp: a host, five phones and a network, all through public interfaces.

The host uses the command line to create the event, import the grid and add the feed. The note-takers join by their link
and write over sockets (Dev, whose signal is bad, over plain HTTP). The posts are polled.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import webbrowser
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from backchannel.client import Client
from backchannel.domain.ids import uuid7

from .diary import Act, diaries, on_in, toots
from .feed_server import TAG, FeedServer, TagFeed
from .host import Host
from .pace import Pace, squeezed
from .script import SLOTS, Script, read_script

ZONE = "Europe/London"
WITHOUT_SOCKETS = "Dev"  # sits in the boiler room
DOORS_OPEN = timedelta(seconds=6)  # to import the grid, and for the visitor to get there
LAST_POLL_S = 60  # seconds to wait for the poller to save the last post
BAR_WIDTH = 24  # characters


def run(port: int | None = None, speed: float = 1.0, open_browser: bool = True, db: Path | str | None = None) -> None:
    """Replay the camp and keep serving until Ctrl-C. Without `db`, everything is deleted at the end."""
    script = read_script()
    with ExitStack() as house:
        folder = Path(house.enter_context(tempfile.TemporaryDirectory(prefix="backchannel-demo-")))
        host = house.enter_context(Host(Path(db) if db else folder / "demo.db", folder / "server.log", port))
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, together with the server
        try:
            _Camp(host, script, speed, house).happen(open_browser)
        except KeyboardInterrupt:
            print("\nGood night. The heron stays.")


class _Camp:
    def __init__(self, host: Host, script: Script, speed: float, house: ExitStack) -> None:
        self.host = host
        self.script = script
        self.house = house
        self.over = threading.Event()  # set when everybody should stop
        house.callback(self.over.set)
        self.pace = Pace(begins=datetime.now(UTC), speed=speed)
        self.slug = TAG
        self.links: dict[str, str] = {}
        self.scribe_pass = ""

    @property
    def page(self) -> str:
        return f"{self.host.address}/e/{self.slug}"

    def happen(self, open_browser: bool) -> None:
        self._make_event()
        self.host.serve()
        phones = self._hand_out_phones()
        self.pace = Pace(begins=datetime.now(UTC) + DOORS_OPEN, speed=self.pace.speed)
        feed, address = self._open_network()
        self._pin_up_the_grid(address)
        self._welcome(open_browser)
        self._replay(phones, feed)
        self._part()
        while self.host.serving:
            self.over.wait(1)
        raise self.host.gone()

    def _make_event(self) -> None:
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        self.slug = TAG if not self._taken() else f"{TAG}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        made = self.host.json(
            "event", "create", self.slug, "--title", "Puddlecamp", "--timezone", ZONE,
            "--starts", today, "--ends", today, "--hashtag", TAG,
        )  # fmt: skip
        self.links, self.scribe_pass = made["links"], made["passes"]["scribe"]

    def _taken(self) -> bool:
        return any(event["slug"] == TAG for event in self.host.json("event", "list"))

    def _open_network(self) -> tuple[TagFeed, str]:
        """Start the feed and return its address."""
        feed = TagFeed(toots(self.script, self.pace))
        server = FeedServer(feed)
        server.start()
        self.house.callback(server.stop)
        return feed, server.url

    def _pin_up_the_grid(self, feed: str) -> None:
        grid = json.dumps(squeezed(self.script.schedule, self.pace))
        self.host.command("import", "schedule", self.slug, "-", given=grid)
        self.host.command("feed", "add", self.slug, feed)

    def _hand_out_phones(self) -> dict[str, Client]:
        """Join everybody by the note-takers' link."""
        phones = {
            name: Client(self.host.address, self.slug, pass_=self.scribe_pass, sockets=name != WITHOUT_SOCKETS)
            for name in self.script.note_takers
        }
        for name, phone in phones.items():
            phone.join(name)
            phone.start()
            self.house.callback(phone.close)
        return phones

    def _welcome(self, open_browser: bool) -> None:
        print("Puddlecamp: an unconference about looking after small places, in the Old Baths at Ollerbeck.")
        print(f"Nine sessions, five note-takers, one bucket. It ends at {self._clock(self.pace.ends)}.\n")
        print(f"  Follow it     {self.page}")
        print(f"  Take notes    {self.links['scribe']}")
        print(f"  Organise      {self.links['organiser']}\n")
        print("Open the second link in another window and type along. Press Ctrl-C to stop.\n", flush=True)
        if open_browser and _has_display():
            webbrowser.open(self.page)

    def _replay(self, phones: dict[str, Client], feed: TagFeed) -> None:
        acts = diaries(self.script, self.pace)
        with ThreadPoolExecutor(len(phones)) as crowd:
            self.house.callback(self.over.set)
            busy = [crowd.submit(self._live_through, phones[name], acts[name]) for name in phones]
            try:
                self._watch(busy)
            except BaseException:
                self.over.set()
                raise
        for done in busy:
            done.result()
        if not feed.all_kept.wait(LAST_POLL_S):
            print("The last posts haven't arrived yet; they will.")

    def _live_through(self, phone: Client, acts: list[Act]) -> None:
        """Replay one note-taker's camp. Corrections and retractions apply to their last note in the session."""
        last: dict[str | None, str] = {}
        for act in acts:
            if self.over.wait(max(0.0, (act.at - datetime.now(UTC)).total_seconds())):
                return
            if act.do == "correct":
                phone.correct(last[act.session], act.text)
            elif act.do == "retract":
                phone.put(do="retract", id=last[act.session])
            else:
                last[act.session] = phone.put(**_new_item(act))["id"]
        while len(phone.outbox) and not self.over.wait(0.05):
            pass
        for op, refusal in phone.outbox.refused.values():
            print(f"Refused: {refusal['error']['message']} ({op['text']})", flush=True)

    def _watch(self, busy: list[Future[None]]) -> None:
        """Announce each slot until everybody has gone home."""
        slot = 0
        while any(not one.done() for one in busy):
            if not self.host.serving:
                raise self.host.gone()
            if slot < SLOTS and datetime.now(UTC) >= self.pace.when(slot + 1, 0):
                slot += 1
                _clear_bar()
                self._announce(slot)
            _draw_bar((datetime.now(UTC) - self.pace.begins) / (self.pace.ends - self.pace.begins))
            self.over.wait(0.25)
        _clear_bar()

    def _announce(self, slot: int) -> None:
        clock = self._clock(datetime.now(UTC))
        for room, title in on_in(self.script, slot).items():
            print(f"  {clock}  {room:13} {title}", flush=True)
            clock = " " * len(clock)
        print()

    def _clock(self, when: datetime) -> str:
        """Return the time in the camp's zone, as pages show it."""
        return f"{when.astimezone(ZoneInfo(ZONE)):%H:%M}"

    def _part(self) -> None:
        event = httpx2.get(f"{self.host.address}/api/v1/events/{self.slug}", trust_env=False).json()
        counts = [event["hallway"], *(session["counts"] for session in event["sessions"])]
        notes, posts, thoughts = (sum(one[what] for one in counts) for what in ("note", "post", "afterthought"))
        print(f"That was Puddlecamp: {notes} notes, {posts} posts and {thoughts} afterthoughts.")
        print(f"Read the write-ups: {self.page}/write-up\n")
        print("The server keeps running. Press Ctrl-C to stop it.", flush=True)


def _new_item(act: Act) -> dict[str, Any]:
    return {
        "do": "put",
        "id": uuid7(),
        "origin": "afterthought" if act.do == "afterthought" else "note",
        "session": act.session,
        "text": act.text,
        "depth": act.depth,
        "written_at": act.typed.isoformat(timespec="milliseconds"),
    }


def _has_display() -> bool:
    """Return whether a browser could open here."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _draw_bar(share: float) -> None:
    if sys.stdout.isatty():
        done = round(min(1.0, max(0.0, share)) * BAR_WIDTH)
        print(f"\r  [{'=' * done}{' ' * (BAR_WIDTH - done)}]", end="", flush=True)


def _clear_bar() -> None:
    if sys.stdout.isatty():
        print(f"\r{' ' * (BAR_WIDTH + 4)}\r", end="", flush=True)
