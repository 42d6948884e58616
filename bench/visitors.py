"""Benchmark of crowds: the delay for everybody else while many visitors open a page."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import Any

from bench.figures import Figures
from bench.load_client import LoadClient, Program
from bench.pages import ITEMS, House, Visitor
from bench.process import Process

BESIDE = 20  # small requests a second, in addition to the visitors
NOTES = 10  # notes a second
CROWD_FOLLOWERS = 1000
LIMIT_S = 20  # visitors without a response by then count as unserved
FILE = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css)[^"]*)"')


def measure_door(house: House, program: Program, figures: Figures, name: str, visitors: int, seconds: float) -> None:
    """Let visitors open the page of 10,000 notes while others write notes and send small requests."""
    big = house.sized[ITEMS]
    with LoadClient(program, house.server.port) as client:
        house.tiny.script().tell(client)
        client.tell(f"page {big.session_path()}", f"probe {BESIDE} {house.tiny.api}", f"drain {LIMIT_S}")
        client.connect("writers", 5)
        client.connect("followers", 50)
        client.tell(f"visitors {visitors} {seconds}")
        answer = _open(client, BESIDE, max(3.0, seconds + 1))
    figures.busiest(answer["client_busy"])
    figures.add(f"door.{name}.request_p99_ms", answer["probe_ms"]["p99"])
    figures.add(f"door.{name}.ack_p99_ms", answer["ack_ms"]["p99"])
    figures.add(f"door.{name}.page_p99_ms", answer["visitors"]["page_ms"]["p99"])
    figures.add(f"door.{name}.unserved", visitors - answer["visitors"]["finished"])


def measure_crowd(house: House, program: Program, figures: Figures, visitors: int, seconds: float, followers: int) -> None:
    """Let visitors load the page and its files, subscribe and catch up, while followers receive notes."""
    big = house.sized[ITEMS]
    page = Visitor(house.server).get(big.session_path()).text
    stalls = read_stalls(house.server)
    with LoadClient(program, house.server.port) as client:
        big.script().tell(client)
        client.connect("writers", 5)
        client.connect("followers", followers)
        client.tell(f"page {big.session_path()}", *(f"file {path}" for path in dict.fromkeys(FILE.findall(page))))
        client.tell(f"catchup {big.api}/changes?channel={big.channel()}&after=%lu", f"probe 100 {house.tiny.api}")
        client.tell(f"drain {LIMIT_S}", f"visitors {visitors} {seconds}")
        answer = _open(client, NOTES, seconds + 2)
    _add_crowd(answer, visitors, figures)
    figures.add("crowd.followers", followers)
    if stalls is not None:
        figures.add("crowd.stalls_counted", (read_stalls(house.server) or 0) - stalls)


def _add_crowd(answer: dict[str, Any], visitors: int, figures: Figures) -> None:
    came = answer["visitors"]
    figures.busiest(answer["client_busy"])
    figures.add("crowd.lost", answer["missing"] + answer["refused"] + answer["dead"] + came["missing"])
    figures.add("crowd.doubled", answer["doubled"])
    figures.add("crowd.unserved", visitors - came["finished"])
    figures.add("crowd.delivery_p99_ms", answer["delivery_ms"]["p99"])
    figures.add("crowd.ack_p99_ms", answer["ack_ms"]["p99"])
    figures.add("crowd.arrival_p99_ms", came["arrival_ms"]["p99"])
    figures.add("crowd.longest_silence_ms", answer["probe_ms"]["max"])
    figures.add("crowd.client_busy", answer["client_busy"])


class NoVisitors(RuntimeError):
    """Error raised when the load client can't simulate visitors, which needs a C compiler."""


def _open(client: LoadClient, rate: float, seconds: float) -> dict[str, Any]:
    answer = client.open(rate, seconds)
    if "visitors" not in answer:
        raise NoVisitors("the load client without a C compiler has no visitors")
    return answer


def read_stalls(server: Process) -> float | None:
    """Return the event loop stalls counted by /metrics, or None if it does not count them."""
    try:
        with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    except (urllib.error.URLError, OSError):
        return None
    found = re.findall(r"^\w*stall\w*_total(?:\{[^}]*\})? ([\d.e+]+)$", text, re.MULTILINE)
    return sum(map(float, found)) if found else None

