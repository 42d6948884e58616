"""odt through pandoc, for LibreOffice."""

from __future__ import annotations

from backchannel.writeup.document import event_document, session_document
from backchannel.writeup.model import EventWriteUp, SessionWriteUp
from backchannel.writeup.toolchain import pandoc


def write_session(writeup: SessionWriteUp) -> bytes:
    return pandoc(session_document(writeup), "odt")


def write_event(writeup: EventWriteUp) -> bytes:
    return pandoc(event_document(writeup), "odt")
