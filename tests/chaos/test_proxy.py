"""The proxy produces the faults it is set to. Otherwise the tests behind it would prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import httpx2 as httpx
import pytest

from backchannel.client import Client
from tests.chaos.proxy import Proxy
from tests.chaos.requests import Splitter
from tests.chaos.weather import Fate, Weather
from tests.stage import Camp, eventually, put

Line = Callable[..., Proxy]


@pytest.fixture
def line(camp: Camp) -> Iterator[Line]:
    made: list[Proxy] = []

    def make(**weather: float | bool) -> Proxy:
        made.append(Proxy(camp.server.port, weather=Weather(**weather)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


def post(camp: Camp, proxy: Proxy, *ops: dict[str, object]) -> httpx.Response:
    url = camp.api.replace(camp.server.url, proxy.url)
    headers = {"Authorization": f"Bearer {camp.passes['scribe']}"}
    return httpx.post(f"{url}/ops", json={"ops": list(ops)}, headers=headers, timeout=2)


def test_the_same_seed_gives_the_same_faults() -> None:
    weather = Weather(cut=0.3, half_open=0.2)
    fates = [Fate.draw(weather, Random(f"1/{n}")) for n in range(1000)]
    assert fates == [Fate.draw(weather, Random(f"1/{n}")) for n in range(1000)]
    cut = [fate.doom for fate in fates if fate.doom is not None and not fate.gone]
    assert (len(cut), len([fate for fate in fates if fate.gone])) == (
        pytest.approx(300, abs=50),
        pytest.approx(200, abs=50),
    )
    assert 10 <= min(cut) < 100 < 10_000 < max(cut) <= 50_000


def test_requests_are_split_correctly_whatever_the_chunks() -> None:
    first = b"POST /ops HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
    second = b"GET / HTTP/1.1\r\n\r\n"
    splitter = Splitter()
    assert [request for byte in first + second for request in splitter.feed(bytes([byte]))] == [first, second]


def test_without_faults_everything_goes_through(camp: Camp, line: Line) -> None:
    proxy = line()
    assert post(camp, proxy, put("hello")).json()["results"][0]["ok"] is True
    assert {name: proxy.stats()[name] for name in ("connections", "cuts", "repeats")} == {
        "connections": 1, "cuts": 0, "repeats": 0,
    }  # fmt: skip


def test_every_connection_is_cut_at_its_chosen_byte(camp: Camp, line: Line) -> None:
    proxy = line(cut=1.0)
    broken = 0
    for n in range(20):
        try:
            post(camp, proxy, *(put(f"{n} {'x' * 900}") for _ in range(50)))
        except httpx.HTTPError:
            broken += 1
    assert broken >= 15
    assert proxy.stats()["cuts"] >= broken


def test_a_repeated_request_reaches_the_server_twice_and_counts_once(camp: Camp, line: Line) -> None:
    proxy = line(repeat=1.0)
    assert post(camp, proxy, put("once")).json()["results"][0]["ok"] is True
    assert proxy.stats()["repeats"] == 1
    assert camp.texts("event") == ["once"]


def test_a_black_hole_accepts_connections_and_never_responds_until_it_ends(camp: Camp, line: Line) -> None:
    proxy = line(black_hole=True)
    with pytest.raises(httpx.ReadTimeout):
        post(camp, proxy, put("lost?"))
    proxy.weather(Weather())
    assert post(camp, proxy, put("here")).status_code == 200


def test_offline_cuts_open_connections_and_refuses_new_ones(camp: Camp, line: Line) -> None:
    proxy = line()
    with httpx.Client(base_url=proxy.url) as client:
        assert client.get("/api/v1/events/" + camp.slug).status_code == 200
        proxy.weather(Weather(offline=True))
        with pytest.raises(httpx.HTTPError):
            client.get("/api/v1/events/" + camp.slug)


def test_notes_go_over_plain_http_when_a_proxy_drops_websocket_frames(camp: Camp, line: Line) -> None:
    proxy = line(swallow=True)
    client = Client(proxy.url, camp.slug, pass_=camp.passes["scribe"])
    view = client.follow("event")
    note = client.write("through the corporate wall")
    client.start()
    eventually(lambda: note["op"] in client.answers, seconds=6)
    eventually(lambda: list(view.items) == [note["id"]])
    assert client.transport == "http"
    assert proxy.stats()["swallowed"] > 0
    client.close()


def test_a_client_detects_and_leaves_a_half_open_connection(camp: Camp, line: Line) -> None:
    proxy = line(half_open=1.0)
    client = Client(proxy.url, camp.slug, pass_=camp.passes["scribe"], waits=(0.02, 0.1))
    client.start()
    notes = [client.write(f"{n} {'x' * 1000}") for n in range(30)]
    eventually(lambda: proxy.stats()["half_open"] > 0)
    proxy.weather(Weather())
    eventually(lambda: len(client.outbox) == 0, seconds=30)
    client.close()
    assert [item["id"] for item in camp.changes("event")["items"]] == [note["id"] for note in notes]
