"""EPUB 3 through pandoc, one chapter a session."""

from __future__ import annotations

from backchannel.writeup.document import Document, event_document, session_document
from backchannel.writeup.model import EventWriteUp, SessionWriteUp
from backchannel.writeup.toolchain import pandoc

_STYLE = """
body { margin: 5%; line-height: 1.45; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.2; text-align: left; hyphens: none; }
h1.title { font-size: 2em; } p.subtitle { font-size: 1.2em; } p.author { display: inline; } p.author + p.author::before { content: ", "; }
ul { padding-left: 1.2em; } li { margin: .3em 0; } li > p { margin: .2em 0; }
.soft { font-size: .85em; opacity: .75; }
blockquote { margin: .5em 0 .5em 1em; } pre { white-space: pre-wrap; }
table { width: 100%; border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .3em .6em .3em 0; }
"""  # noqa: E501


def write_session(writeup: SessionWriteUp) -> bytes:
    return _written(session_document(writeup))


def write_event(writeup: EventWriteUp) -> bytes:
    return _written(event_document(writeup))


def _written(document: Document) -> bytes:
    options = ("--split-level=1", "--toc-depth=1", "--epub-title-page=true")
    return pandoc(document, "epub3", options, {"EPUB/styles/stylesheet1.css": _STYLE.encode()})
