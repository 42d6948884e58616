"""What the line is like, and what becomes of one connection on it: drawn from a seed, so that a run can be had again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Literal

Silent = Literal["", "client", "server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Shares are from 0 to 1.

    cut         of connections: cut off at some byte if they live to see it, most of them in the middle of a message
    half_open   of connections: from some byte on one side is gone and the other is not told
    delay       of chunks: held for up to 200 ms
    repeat      of POST requests: delivered twice
    swallow     a websocket's handshake passes, and then its frames vanish both ways
    black_hole  connections are taken and nothing ever goes through them, old ones or new
    offline     there is no line: what was open is cut, and nothing new is taken
    """

    cut: float = 0.0
    half_open: float = 0.0
    delay: float = 0.0
    repeat: float = 0.0
    swallow: bool = False
    black_hole: bool = False
    offline: bool = False


FAIR = Weather()
# Three connections in ten are cut in the end: of those that are to be, one in four is over before its byte comes.
ROUGH = Weather(cut=0.42, half_open=0.02, delay=0.05, repeat=0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Of one connection. `doom` counts bytes in both directions; None: it lives as long as its ends do."""

    doom: int | None = None
    gone: Silent = ""  # at its doom: "" both ends are cut; else that end is gone and the other hears nothing more

    @classmethod
    def draw(cls, weather: Weather, random: Random) -> Fate:
        lot = random.random()
        if lot < weather.cut:
            return cls(doom=_some_bytes(random))
        if lot < weather.cut + weather.half_open:
            return cls(doom=_some_bytes(random), gone=random.choice(("client", "server")))
        return cls()


def _some_bytes(random: Random) -> int:
    """10 to 50,000, as often among the first hundred as among the last ten thousand: handshakes and long lives alike."""
    return int(math.exp(random.uniform(math.log(10), math.log(50_000))))
