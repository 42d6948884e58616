"""Benchmark of pages: CPU time a visit, bytes sent, and elements in the page.

`first` is the first visit since the server started (another page has loaded the templates), `changed` the first visit after
a note was written, `warm` one of many visits without a change, and `not_modified` a visit that gets a 304 response.
"""

from __future__ import annotations

import gzip
import http.client
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

from bench.data import Camp, import_document, make_event, spread_notes
from bench.figures import Figures
from bench.process import Process
from bench.subjects import Backchannel

SIZES = (100, 1_000, 10_000)
SESSIONS = 60
ITEMS = 10_000
SETTLE_S = 0.3  # after a write, until the broadcast is over and costs no more CPU time
WARM_VISITS = 200
WARM_SECONDS = 2.0  # stop repeating visits after this time
CHANGES = 3


@dataclass(frozen=True)
class House:
    """A server with events of several sizes, and its pages."""

    server: Backchannel
    sized: dict[int, Camp]
    many: Camp
    tiny: Camp

    def pages(self) -> dict[str, tuple[str, Camp]]:
        """Return the path of each page and the event whose notes change it."""
        big = self.sized[ITEMS]
        return {
            "session_10000": (big.session_path(), big),
            "everything": (f"/e/{self.many.slug}/all", self.many),
            "session_166": (self.many.session_path(), self.many),
            "event_60": (f"/e/{self.many.slug}", self.many),
            "home": ("/", self.many),
            "api_event": (self.many.api, self.many),
        } | {f"session_{size}": (camp.session_path(), camp) for size, camp in self.sized.items()}


def make_house(folder: Path, tree: Path, figures: Figures) -> House:
    """Create the database and measure the import of 10,000 notes."""
    with Backchannel(folder / "bench.db", tree) as server:
        assert isinstance(server, Backchannel)
        sized = {size: make_event(server, f"sized{size}") for size in SIZES}
        for size, camp in sized.items():
            figures.say(f"importing {size:,} notes")
            seconds = import_document(camp, size)
            if size == ITEMS:
                figures.add("import.seconds", seconds)
        many = make_event(server, "many", SESSIONS)
        figures.say(f"importing {ITEMS:,} notes into {SESSIONS} sessions")
        spread_notes(many, ITEMS)
        return House(server, sized, many, make_event(server, "tiny"))


@contextmanager
def reopened(house: House, folder: Path) -> Iterator[House]:
    """Start a new server on the same database, with empty caches."""
    with Backchannel(folder / "bench.db", house.server.tree) as server:
        assert isinstance(server, Backchannel)
        sized = {size: replace(camp, server=server) for size, camp in house.sized.items()}
        yield House(server, sized, replace(house.many, server=server), replace(house.tiny, server=server))


def measure_pages(house: House, figures: Figures) -> None:
    """Measure every page once."""
    visitor = Visitor(house.server)
    for path in ("/", f"/e/{house.tiny.slug}", f"/e/{house.tiny.slug}/all", house.tiny.session_path(), house.tiny.api):
        visitor.get(path)
    for name, (path, camp) in house.pages().items():
        figures.say(f"page {name}")
        _measure_page(f"pages.{name}", path, camp, visitor, figures)
    for curve, what in (("first visitor", "first"), ("after a note came", "changed"), ("nothing changed", "warm")):
        medians = {size: figures.median(f"pages.session_{size}.{what}_ms") for size in SIZES}
        figures.curves[f"page {curve}"] = [(size, median) for size, median in medians.items() if median is not None]


def _measure_page(name: str, path: str, camp: Camp, visitor: Visitor, figures: Figures) -> None:
    writer = camp.writer()
    figures.add(f"{name}.first_ms", _cpu_ms(visitor.server, lambda: visitor.get(path)))
    for n in range(CHANGES):
        writer.post(f"A change of the page {n}")
        time.sleep(SETTLE_S)
        figures.add(f"{name}.changed_ms", _cpu_ms(visitor.server, lambda: visitor.get(path)))
    page = visitor.get(path)
    figures.add(f"{name}.warm_ms", _warm(visitor, path, {}))
    if page.tag:
        figures.add(f"{name}.not_modified_ms", _warm(visitor, path, {"If-None-Match": page.tag}))
    figures.add(f"{name}.wire_kb", len(page.body) / 1000)
    figures.add(f"{name}.packed_kb", len(page.packed) / 1000)
    if elements := count_elements(page.text):
        figures.add(f"{name}.elements", elements)


def _warm(visitor: Visitor, path: str, headers: dict[str, str]) -> float:
    """Return the mean CPU time of a visit."""
    end, visits, before = time.monotonic() + WARM_SECONDS, 0, visitor.server.cpu_seconds()
    while visits < WARM_VISITS and (not visits or time.monotonic() < end):
        visitor.get(path, headers)
        visits += 1
    return (visitor.server.cpu_seconds() - before) / visits * 1000


def _cpu_ms(server: Process, act: Callable[[], object]) -> float:
    before = server.cpu_seconds()
    act()
    return (server.cpu_seconds() - before) * 1000


@dataclass(frozen=True)
class Page:
    """A response as sent."""

    body: bytes
    tag: str
    encoding: str

    @property
    def text(self) -> str:
        """Return the uncompressed page."""
        return (gzip.decompress(self.body) if self.encoding == "gzip" else self.body).decode()

    @property
    def packed(self) -> bytes:
        """Return the compressed page; if the server doesn't compress it, as a proxy would."""
        return self.body if self.encoding else gzip.compress(self.body, 6)


class Visitor:
    """A visitor with one connection that accepts compressed responses, like a browser."""

    def __init__(self, server: Process) -> None:
        self.server = server
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Page:
        """Fetch a page."""
        self._connection.request("GET", path, headers={"Accept-Encoding": "gzip"} | (headers or {}))
        response = self._connection.getresponse()
        body = response.read()
        assert response.status in (200, 304), f"{path} was answered {response.status}"
        return Page(body, response.headers.get("ETag", ""), response.headers.get("Content-Encoding", ""))


class _Counter(HTMLParser):
    elements = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.elements += 1


def count_elements(html: str) -> int:
    """Return the number of elements in a page."""
    counter = _Counter()
    counter.feed(html)
    return counter.elements


def measure_catch_up(house: House, figures: Figures) -> None:
    """Measure fetching all of 10,000 items: first with empty caches, then again."""
    visitor, camp = Visitor(house.server), house.sized[ITEMS]
    for name in ("cold", "warm", "warm", "warm"):
        before = house.server.cpu_seconds()
        pages = _catch_up(visitor, camp)
        figures.add(f"catch_up.{name}_ms", (house.server.cpu_seconds() - before) * 1000)
        figures.add("catch_up.pages", pages)


def _catch_up(visitor: Visitor, camp: Camp) -> int:
    pages, after, more = 0, 0, True
    while more:
        page = json.loads(visitor.get(f"{camp.api}/changes?channel={camp.channel()}&after={after}").text)
        pages, after, more = pages + 1, page["seq"], page["more"]
    return pages


def houses(tree: Path, figures: Figures, rounds: int) -> Iterator[House]:
    """Create the database, then start a new server on it in every round."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_house(Path(folder), tree, figures)
        for _ in range(rounds):
            with reopened(made, Path(folder)) as house:
                yield house
