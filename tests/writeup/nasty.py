"""A session with text that tries to inject markup in every field."""

from __future__ import annotations

from backchannel.domain.model import ORIGINS, Record, Session
from tests.writeup.camp import at, item, record

NASTY = '"><img src=x onerror=alert(1)><script>alert(1)</script><!--\u202e\x00\ud800]]>\u2028\n</title></style>'
NASTY_SIGNS = [*"<>&\"'/!-[](){}#$@=+\\`*_~^|;:,\r\n\t\0\u2028\u202e\ufffe\ud800\x85"]


def nasty_record(nasty: str) -> tuple[Record, Session]:
    """A session in which every field is `nasty`."""
    session = Session(
        guid="s", slug="s", title=nasty, room=nasty, leaders=(nasty,), hashtags=(nasty,), headings={"note": nasty},
        abstract=nasty, url=nasty, starts=at("10:00"), ends=at("11:00"),
    )  # fmt: skip
    items = [
        item(nasty, nasty, at("10:00"), session="s", speaker=nasty, kind=kind, origin=origin, url=nasty)
        for kind in ("note", "question", "action", "decision", "link")
        for origin in ORIGINS
    ]
    return record(*items, sessions=(session,)), session
