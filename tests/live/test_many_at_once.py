"""Two hundred notes posted at once by twenty connections are all acked once, in the same order for everybody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import socketio

from tests.stage import Camp, Person, eventually, put


def in_order(frames: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Return the items of frames sorted by `prev` and `seq`, because the client delivers each frame in its own thread."""
    order, cursor = [], 0
    for frame in sorted(frames, key=lambda frame: frame["seq"]):
        if frame["prev"] != cursor:
            break  # one is still on its way
        order += [(item["seq"], item["id"]) for item in frame["items"]]
        cursor = frame["seq"]
    return order


def connect(camp: Camp, token: str) -> socketio.SimpleClient:
    client = socketio.SimpleClient()
    client.connect(camp.server.url, transports=["websocket"], auth={"pass": token})
    return client


def test_two_hundred_notes_by_twenty_connections_have_one_order_for_all_followers(camp: Camp) -> None:
    seen: list[list[dict[str, Any]]] = [[], []]
    followers = [socketio.Client(), socketio.Client()]
    for follower, frames in zip(followers, seen, strict=True):
        follower.on("changes", frames.append)
        follower.connect(camp.server.url, transports=["websocket"], auth={"pass": camp.passes["follower"]})
        assert follower.call("follow", {"channel": f"session/{camp.guid}", "after": 0})["seq"] == 0

    def write(writer: int) -> list[int]:
        person = camp.join(f"Writer {writer}")
        if writer % 2:
            return [person.note(f"{writer}-{n}")["seq"] for n in range(10)]
        client = connect(camp, person.token)
        ops = [put(f"{writer}-{n}", session=camp.guid) for n in range(10)]
        seqs = [client.call("ops", {"ops": [op]})["results"][0]["seq"] for op in ops]
        client.disconnect()
        return seqs

    with ThreadPoolExecutor(20) as pool:
        acked = sorted(seq for seqs in pool.map(write, range(20)) for seq in seqs)
    assert acked == list(range(1, 201))
    page = camp.changes(limit=500)
    order = [(item["seq"], item["id"]) for item in page["items"]]
    assert [seq for seq, _ in order] == acked
    assert [in_order(frames) for frames in seen if eventually(lambda f=frames: len(in_order(f)) == 200)] == [order, order]
    for follower in followers:
        follower.disconnect()


def test_every_op_over_the_socket_gets_an_answer(camp: Camp) -> None:
    client = connect(camp, camp.passes["scribe"])
    assert client.call("ops", ["nonsense"])["error"]["code"] == "invalid"
    assert client.call("ops", {"ops": 5})["error"]["code"] == "invalid"
    assert client.call("follow", {"channel": "session/nowhere"})["error"]["code"] == "unknown_session"
    assert client.call("follow", {"channel": "staff"})["error"]["code"] == "forbidden"
    client.disconnect()


def test_a_plain_http_request_waits_until_something_changes(camp: Camp) -> None:
    ann = Person(camp, camp.passes["scribe"])
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(camp.changes, wait=25)
        ann.note("there you are")
        assert [item["text"] for item in held.result(timeout=20)["items"]] == ["there you are"]
