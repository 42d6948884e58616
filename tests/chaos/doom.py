"""The moment at which a server is to die, as CHAOS_DIE tells it: `mid:7` is the 7th time it comes by the point `mid`."""

from __future__ import annotations

import os
import signal


class Doom:
    """Counts down to the moment that was told; "" is never."""

    def __init__(self, told: str) -> None:
        self._point, _, left = told.partition(":")
        self._left = int(left or 0)

    @classmethod
    def from_environment(cls) -> Doom:
        return cls(os.environ.get("CHAOS_DIE", ""))

    def at(self, point: str) -> bool:
        """Whether this is the moment."""
        if point != self._point:
            return False
        self._left -= 1
        return self._left == 0


def die(*_: object) -> None:
    """As if the power went: no handler, no flush, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)
