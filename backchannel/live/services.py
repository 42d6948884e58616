"""The objects that the parts of a running server share."""

from __future__ import annotations

from dataclasses import dataclass

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.redaction import RedactingStore
from backchannel.live.dispatcher import Dispatcher
from backchannel.live.presence import Presence
from backchannel.passes import Passes
from backchannel.store.base import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The objects that the parts of a running server share."""

    settings: Settings
    store: RedactingStore
    desk: Desk
    passes: Passes
    dispatcher: Dispatcher
    presence: Presence

    def read(self) -> Reader:
        """Return a reader that leaves out names where they must not be shown."""
        return self.store.reader()
