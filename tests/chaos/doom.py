"""The point at which a server kills itself, from CHAOS_DIE: `mid:7` is the 7th time it reaches the point `mid`."""

from __future__ import annotations

import os
import signal


class Doom:
    """A countdown to the point in a setting such as `mid:7`. An empty setting means never."""

    def __init__(self, setting: str) -> None:
        self._point, _, left = setting.partition(":")
        self._left = int(left or 0)

    @classmethod
    def from_environment(cls) -> Doom:
        return cls(os.environ.get("CHAOS_DIE", ""))

    def at(self, point: str) -> bool:
        """Return whether the server must die now, at this point."""
        if point != self._point:
            return False
        self._left -= 1
        return self._left == 0


def die(*_: object) -> None:
    """Kill the process as a power failure would, without running handlers or flushing buffers."""
    os.kill(os.getpid(), signal.SIGKILL)
