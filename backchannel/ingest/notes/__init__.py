"""Read documents with notes taken elsewhere: one Document a session, with its notes and afterthoughts.

Each dialect is a file with `is_it(text) -> bool` and `read(text, hints) -> list[Document]`. The first that recognises a
text
reads it:

    exported    our own `export --format md`
    data        our own `export --format json` and `html`
    irc         a channel's log: W3C scribes, MeetBot's marks
    meetbot     MeetBot's minutes of a log
    webpage     HTML: Etherpad's export, word processors, any page
    plain       Markdown and plain text, with or without headings and bullets

To add a dialect, write the file and add it to `_DIALECTS`.
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
    """Return the non-empty sessions of a document.

    `name` is the file's name, which becomes the title if there is no other. `author` and `date` are used where the
    document gives none. Raises `Unreadable` if the bytes are not text or contain no note.
    """
    text = decode(data, name)
    hints = Hints(name=name, author=author, date=date)
    dialect = next(dialect for dialect in _DIALECTS if dialect.is_it(text))
    documents = tuple(document for document in dialect.read(text, hints) if document.drafts)
    if not documents:
        raise Unreadable(f"{hints.called} contains no notes. Nothing was imported.")
    return documents
