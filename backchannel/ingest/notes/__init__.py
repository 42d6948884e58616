"""A document of notes taken elsewhere -> Documents: one a session, with their notes and afterthoughts.

Each dialect is one file with two functions, `is_it(text) -> bool` and `read(text, hints) -> list[Document]`; the first that knows
a text reads it:

    exported    what our own `export --format md` wrote
    data        what `export --format json` and `html` wrote
    irc         a log: W3C's scribes, MeetBot's marks
    meetbot     the minutes that MeetBot makes of a log
    webpage     HTML: Etherpad's export, a word processor's, anybody's
    plain       Markdown and plain text, with a heading or without, with bullets or without

A new dialect is a file and a line in `_DIALECTS`.
"""

from __future__ import annotations

from datetime import date

from backchannel.domain.errors import Unreadable
from backchannel.domain.model import Document
from backchannel.ingest.notes import data as written
from backchannel.ingest.notes import exported, irc, meetbot, plain, webpage
from backchannel.ingest.notes.decode import decode
from backchannel.ingest.notes.hints import Hints

_DIALECTS = (exported, written, irc, meetbot, webpage, plain)


def read_notes(data: bytes, *, name: str = "", author: str = "", date: date | None = None) -> tuple[Document, ...]:
    """The sessions of a document that have something in them.

    `name` is the file's name, the title where the document has none; `author` and `date` stand where it says nothing.
    Raises `Unreadable` where the bytes are no text, or hold no note.
    """
    text = decode(data, name)
    hints = Hints(name=name, author=author, date=date)
    dialect = next(dialect for dialect in _DIALECTS if dialect.is_it(text))
    documents = tuple(document for document in dialect.read(text, hints) if document.drafts)
    if not documents:
        raise Unreadable(f"{hints.called} holds no notes; nothing was kept.")
    return documents
