"""Why something did not come back with an answer, or came back with a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Unreachable(Exception):
    """Nothing is known: it may have been taken or not. Ask again; the ids make that safe."""


class Unanswered(Unreachable):
    """The other side is there and says nothing: a reason to try the other transport, where a lost connection is none."""


class Refused(Exception):
    """The server's `error`: {"code", "message", "field", "permanent"}; `retry_after` is seconds, where it said so."""

    def __init__(self, error: Mapping[str, Any], retry_after: float = 0.0) -> None:
        super().__init__(str(error.get("message", "refused")))
        self.error = dict(error)
        self.code = str(error.get("code", "error"))
        self.permanent = bool(error.get("permanent", True))
        self.retry_after = retry_after
