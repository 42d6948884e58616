"""PDF through typst, for printing and archiving."""

from __future__ import annotations

from backchannel.writeup.document import event_document, session_document
from backchannel.writeup.model import EventWriteUp, SessionWriteUp
from backchannel.writeup.toolchain import typst


def write_session(writeup: SessionWriteUp) -> bytes:
    return typst(session_document(writeup))


def write_event(writeup: EventWriteUp) -> bytes:
    return typst(event_document(writeup))
