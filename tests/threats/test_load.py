"""L: limits on what one client can request. Each test is named after its threat."""

from __future__ import annotations

import json
import resource
import threading
import time
from collections.abc import Callable

import httpx2 as httpx
import pytest

from backchannel.live.transport import frames
from tests.stage import Camp, Server, eventually, put
from tests.threats.wire import GONE, Wire, frame

DEEP = "[" * 30_000

UNREADABLE = {
    "deep": f'42["follow",{DEEP}', "deeper": "4" + DEEP, "no JSON": '42{"x', "no event": "42[]", "a number": "42[5,{}]",
    "a long number": "42" + "9" * 5000 + "[]", "an attachment": '451-["follow",{"_placeholder":true,"num":0}]',
    "base64": "bAAAA", "garbage": "zzz", "nothing": "", "an error": "44{}", "an object": '4{"a":1}',
    "a connect that is none": '421["connect",{}]', "a disconnect that is none": '421["disconnect",{}]',
}  # fmt: skip


@pytest.mark.parametrize("packet", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_L3_an_invalid_packet_closes_the_connection(camp: Camp, packet: str) -> None:
    with Wire(camp.server).hello() as wire:
        wire.say(packet)
        assert wire.heard() is GONE


def test_L3_a_frame_of_70_kb_and_a_binary_one_close_the_connection(camp: Camp) -> None:
    for data in (frame(b"x" * 70_000), frame(b"\0\1", first=0x82), frame(b"x" * 70_000, first=0x01)):
        with Wire(camp.server).hello() as wire:
            wire.send(data)
            assert wire.heard() is GONE


def test_L3_an_invalid_packet_logs_no_pass_and_no_long_trace(camp: Camp) -> None:
    before = camp.server.log.stat().st_size
    with Wire(camp.server).hello(**{"pass": camp.passes["scribe"]}) as wire:
        wire.say(f'42["ops",{DEEP}')
        assert wire.heard() is GONE
    said = camp.server.log.read_text()[before:]
    assert "Traceback" not in said
    assert not [token for token in camp.passes.values() if token in camp.server.log.read_text()]


def test_L3_messages_of_the_wrong_kind_get_an_answer(camp: Camp) -> None:
    with Wire(camp.server).hello() as wire:
        for message in ([], None, 5, {}, {"event": 5}, {"event": "\ud800", "channel": "event"}, {"event": camp.slug}):
            assert "error" in wire.call("follow", message), message
        assert (
            wire.call("follow", {"event": camp.slug, "channel": "session/\ud800"})["error"]["code"] == "unknown_session"
        )
        assert (
            wire.call("nonsense", {})["error"]["message"] == "Unknown message “nonsense”. Use follow, unfollow or ops."
        )
        assert wire.call("follow", {"event": camp.slug, "channel": "event"})["seq"] == 0


def test_L3_an_invalid_session_name_does_not_block_the_next_op(camp: Camp) -> None:
    body = json.dumps({"ops": [put("astray", session="\ud800"), put("home", session=camp.guid)]})
    answer = httpx.post(f"{camp.api}/ops", content=body, headers={"Authorization": f"Bearer {camp.passes['scribe']}"})
    refused, taken = answer.json()["results"]
    assert (refused["error"]["code"], taken["ok"]) == ("unknown_session", True)


def test_L3_a_client_that_floods_the_server_is_cut_off_while_others_are_served(camp: Camp) -> None:
    message = frame(json.dumps(["follow", {"event": camp.slug, "channel": "event"}]).join(("42", "")).encode())
    with Wire(camp.server).hello() as wire:
        sender = threading.Thread(target=flood, args=(wire, message))
        sender.start()
        longest = max(seconds(lambda: httpx.get(f"{camp.api}/changes")) for _ in range(10))
        sender.join(30)
        assert not sender.is_alive()
    assert longest < 2  # it used to take for ever


def flood(wire: Wire, message: bytes) -> None:
    try:
        while True:
            wire.send(message * 50)
    except OSError:
        pass


def seconds(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def test_L2_a_connection_that_sends_no_request_is_dropped(camp: Camp) -> None:
    with Wire(camp.server) as wire:
        assert str(wire.heard()).startswith("0{")
        assert wire.heard(within=20) is GONE


def test_L2_the_server_accepts_as_many_connections_as_the_machine_allows(shared_server: Server) -> None:
    assert shared_server.process
    soft, hard = resource.prlimit(shared_server.process.pid, resource.RLIMIT_NOFILE)
    assert soft == hard


def test_L2_one_address_gets_no_more_connections_than_the_setting_allows(another_server: Callable[..., Server]) -> None:
    server = another_server(limits="on", sockets="2", proxies="1")
    there, elsewhere = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "198.51.100.7"}
    with Wire(server, **there).hello() as first, Wire(server, **there).hello(), Wire(server, **elsewhere).hello():
        with Wire(server, **there) as third:
            assert str(third.heard()).startswith("0{")
            third.say("40")
            assert "Too many connections are open from your network" in str(third.heard())
            assert third.heard(within=20) is GONE
        first.send(frame(b"\x03\xe8", first=0x88))
        first.until_the_end()
        eventually(lambda: _is_taken(server, there))
    for _ in range(3):
        assert _is_taken(server, {})  # connections from this machine


def _is_taken(server: Server, headers: dict[str, str]) -> bool:
    with Wire(server, **headers) as wire:
        wire.heard()
        wire.say("40")
        return str(wire.heard()).startswith("40{")


def test_L1_a_flood_in_one_event_does_not_affect_another(another_server: Callable[..., Server]) -> None:
    server = another_server(limits="on")
    loud, quiet = Camp.make(server), Camp.make(server)
    answer = loud.person("scribe").post("ops", {"ops": [0] * 20_000})
    assert answer.json()["error"]["code"] == "invalid"
    for _ in range(9):
        loud.person("scribe").post("ops", {"ops": [{}] * 50})
    assert loud.person("scribe").post("ops", {"ops": [{}] * 50}).status_code == 429
    assert quiet.person("scribe").note("still taken")["ok"] is True


def test_L3_a_connection_is_closed_with_a_single_packet(camp: Camp) -> None:
    with Wire(camp.server).hello() as wire:
        wire.send(frame(b"\x03\xe8", first=0x88))
        assert wire.until_the_end() == frames.close(1000)
