"""Compression of the socket: what is negotiated, what a note costs, and what is refused."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from backchannel.live.transport import deflate, frames
from tests.stage import Camp, put
from tests.threats.wire import GONE, Wire, frame

OFFER = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
COMPRESSED_TEXT = 0xC1
NOTE = "What the street said about gutters and culverts, who pays for them, and who is to ask the council by Friday"


def follow(camp: Camp, **headers: str) -> Wire:
    wire = Wire(camp.server, **headers).hello()
    assert wire.call("follow", {"event": camp.slug, "channel": f"session/{camp.guid}"})["seq"] == 0
    return wire


def changes(wire: Wire) -> dict[str, Any]:
    while (said := wire.heard()) is not GONE:
        if said.startswith('42["changes"'):
            found: dict[str, Any] = json.loads(said[2:])[1]
            return found
    raise AssertionError("the connection was closed in place of a frame of changes")


def packed(text: str) -> bytes:
    return deflate.compress(text.encode())


@pytest.mark.parametrize(
    ("offers", "response"),
    [
        ("permessage-deflate", deflate.RESPONSE),
        ("permessage-deflate; client_max_window_bits", deflate.RESPONSE),
        ("permessage-deflate; server_no_context_takeover; client_max_window_bits=10", deflate.RESPONSE),
        ("permessage-deflate; server_max_window_bits=10, permessage-deflate", deflate.RESPONSE),
        ('permessage-deflate; server_max_window_bits="15"', deflate.RESPONSE),
        ("", None),
        ("x-webkit-deflate-frame", None),
        ("permessage-deflate; server_max_window_bits=10", None),
        ("permessage-deflate; client_max_window_bits=99", None),
        ("permessage-deflate; server_no_context_takeover=1", None),
        ("permessage-deflate; client_max_window_bits; client_max_window_bits", None),
        ("permessage-deflate; something_else", None),
    ],
)
def test_an_offer_is_accepted_only_if_its_terms_can_be_kept(offers: str, response: str | None) -> None:
    assert deflate.negotiate(offers) == response


def test_a_follower_who_negotiates_receives_the_same_frame_in_less_than_half_of_the_bytes(camp: Camp) -> None:
    with follow(camp) as plain, follow(camp, **OFFER) as deflating:
        assert "Sec-WebSocket-Extensions" not in plain.head
        assert f"Sec-WebSocket-Extensions: {deflate.RESPONSE}\r\n" in f"{deflating.head}\r\n"
        camp.join("Priya").ops(put(NOTE, session=camp.guid))
        said = changes(plain)
        assert said == changes(deflating)
        (item,) = said["items"]
        assert item["text"] == NOTE
        assert deflating.frame_bytes < plain.frame_bytes / 2
        assert deflating.frame_bytes <= 450


def test_a_compressed_message_is_answered_also_in_fragments_with_a_ping_between(camp: Camp) -> None:
    message = packed('421["unfollow",{"event":"x"}]')
    with Wire(camp.server, **OFFER).hello() as wire:
        wire.send(frame(message, first=COMPRESSED_TEXT))
        first = wire.heard()
        wire.send(frame(message[:5], first=0x41) + frame(b"?", first=0x89) + frame(message[5:], first=0x80))
        second = wire.heard()
        assert [str(said)[:3] for said in (first, second)] == ["431", "431"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(packed("x" * 70_000), first=COMPRESSED_TEXT), 1009),
        (frame(packed("x" * 50_000_000), first=COMPRESSED_TEXT), 1009),
        (frame(b"\xff\xff\xff\xff", first=COMPRESSED_TEXT), 1007),
        (frame(b"2", first=0xA1), 1002),  # the second reserved bit
        (frame(b"2", first=0x91), 1002),  # the third
        (frame(b"", first=0xC9), 1002),  # a compressed ping
        (frame(b"2", first=0x01) + frame(b"", first=0xC0), 1002),  # the bit on a continuation
    ],
)
def test_a_message_that_inflates_too_far_or_misuses_a_bit_closes_the_connection(camp: Camp, sent: bytes, code: int) -> None:
    with Wire(camp.server, **OFFER).hello() as wire:
        wire.send(sent)
        assert wire.until_the_end() == frames.close(code)


def test_a_compressed_message_without_negotiation_closes_the_connection(camp: Camp) -> None:
    with Wire(camp.server).hello() as wire:
        wire.send(frame(packed("2"), first=COMPRESSED_TEXT))
        assert wire.until_the_end() == frames.close(1002)


def test_inflating_stops_at_the_limit() -> None:
    exactly = deflate.compress(b"x" * 1000)
    assert deflate.decompress(exactly, 1000) == b"x" * 1000
    with pytest.raises(deflate.TooLong):
        deflate.decompress(exactly, 999)
    with pytest.raises(zlib.error):
        deflate.decompress(b"\xff\xff", 1000)
