"""When the holders of personal passes were last seen. Kept in memory and saved once a minute, because it may be lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

import gevent

from backchannel.desk.desk import Desk
from backchannel.desk.people import save_seen
from backchannel.passes import Pass

log = logging.getLogger(__name__)

SAVE_INTERVAL_S = 60.0


class Presence:
    """The people seen by this process since the last save."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[str, dict[str, datetime]] = {}  # event -> author key -> time

    def saw(self, viewer: Pass | None) -> None:
        """Remember that the holder of a personal pass is here now."""
        if viewer is not None and viewer.personal:
            self._seen.setdefault(viewer.event, {})[viewer.key] = self._desk.clock()

    def of_event(self, event: str) -> dict[str, datetime]:
        """Return who was seen in an event since the last save, by author key."""
        return dict(self._seen.get(event, {}))

    def run(self, viewers: Callable[[], Iterable[Pass | None]]) -> None:
        """Save for ever. `viewers` returns the passes of the open sockets, whose holders are here."""
        while True:
            gevent.sleep(SAVE_INTERVAL_S)
            try:
                for viewer in viewers():
                    self.saw(viewer)
                self.save()
            except Exception:
                log.exception("Saving when people were last seen failed; the next attempt is in a minute")

    def save(self) -> None:
        """Save who was seen, one event after the other."""
        while self._seen:
            save_seen(self._desk, *self._seen.popitem())
