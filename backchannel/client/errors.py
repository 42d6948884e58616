"""Errors of the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Unreachable(Exception):
    """The request's outcome is unknown. Repeat it; ids make that safe."""


class Unanswered(Unreachable):
    """The server is reachable but does not answer: a reason to try the other transport."""


class Refused(Exception):
    """The server's error {"code", "message", "field", "permanent"}. `retry_after` is in seconds, if given."""

    def __init__(self, error: Mapping[str, Any], retry_after: float = 0.0) -> None:
        super().__init__(str(error.get("message", "refused")))
        self.error = dict(error)
        self.code = str(error.get("code", "error"))
        self.permanent = bool(error.get("permanent", True))
        self.retry_after = retry_after
