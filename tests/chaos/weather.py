"""The faults of a network, and those of one connection, chosen from a seed so that a run can be repeated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Literal

Silent = Literal["", "client", "server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The faults of a network. Shares are from 0 to 1.

    cut         share of connections that are cut at some byte, if they last until then, mostly in the middle of a message
    half_open   share of connections of which one end closes at some byte without the other noticing
    delay       share of chunks that are held for up to 200 ms
    repeat      share of POST requests that are delivered twice
    swallow     a websocket's handshake succeeds, but its frames are dropped in both directions
    black_hole  connections are accepted, but no data passes through old or new ones
    offline     open connections are cut and new ones are refused

    """

    cut: float = 0.0
    half_open: float = 0.0
    delay: float = 0.0
    repeat: float = 0.0
    swallow: bool = False
    black_hole: bool = False
    offline: bool = False


FAIR = Weather()
# Three connections in ten are cut: one in four of those chosen ends before it reaches its byte.
ROUGH = Weather(cut=0.42, half_open=0.02, delay=0.05, repeat=0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """The fault of one connection. `doom` counts bytes in both directions; None means that it has no fault."""

    doom: int | None = None
    gone: Silent = ""  # "": both ends are cut; otherwise the end that closes without the other noticing

    @classmethod
    def draw(cls, weather: Weather, random: Random) -> Fate:
        lot = random.random()
        if lot < weather.cut:
            return cls(doom=_some_bytes(random))
        if lot < weather.cut + weather.half_open:
            return cls(doom=_some_bytes(random), gone=random.choice(("client", "server")))
        return cls()


def _some_bytes(random: Random) -> int:
    """Return 10 to 50,000, as often below a hundred as above ten thousand, to hit handshakes and long connections alike."""
    return int(math.exp(random.uniform(math.log(10), math.log(50_000))))
