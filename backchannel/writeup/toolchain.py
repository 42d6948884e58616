"""pandoc and typst, the converters of the extra `publish`. Neither has network access.

pandoc runs as a child process in its sandbox, which opens only files we name, and reads a tree instead of text. typst
runs our template (typesetting.py) over the same tree. Both come in wheels with their binary.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from backchannel.domain.errors import BackchannelError
from backchannel.writeup.document import Document
from backchannel.writeup.pandoc import VERSION, string
from backchannel.writeup.typesetting import TYPESETTING, typesetting_data
from backchannel.writeup.zipped import rezipped

LANGUAGE = "en-GB"
_SANDBOX_CLOCK = b">1970-01-01T00:00:00Z</"  # the time in pandoc's sandbox
_DATED = ("docProps/core.xml", "meta.xml", "EPUB/content.opf")


def pandoc(document: Document, to: str, options: Sequence[str] = (), instead: Mapping[str, bytes] | None = None) -> bytes:
    """Return pandoc's output, zipped again reproducibly. `instead` replaces parts of it."""

    def edit(name: str, data: bytes) -> bytes:
        data = (instead or {}).get(name, data)
        return data.replace(_SANDBOX_CLOCK, f">{document.changed:%Y-%m-%dT%H:%M:%SZ}</".encode()) if name in _DATED else data

    command = [_pandoc_path(), "--from=json", f"--to={to}", "--sandbox", "--standalone", *options, "--output=-"]
    done = subprocess.run(command, input=_tree(document), env=_environment(), capture_output=True, check=False)
    if done.returncode:
        raise BackchannelError(f"pandoc could not make {to}: {done.stderr.decode(errors='replace').strip()[:300]}")
    return rezipped(done.stdout, document.changed, edit)


def typst(document: Document) -> bytes:
    """Return typst's PDF."""
    import typst as engine  # in the optional extra `publish`

    given = {"document": json.dumps(typesetting_data(document, LANGUAGE[:2]), ensure_ascii=False)}
    made = engine.compile(TYPESETTING.encode(), format="pdf", sys_inputs=given, timestamp=document.changed)
    assert isinstance(made, bytes)
    return made


def _tree(document: Document) -> bytes:
    meta = {
        "title": [string(document.title)],
        "subtitle": [string(document.subtitle)],
        "lang": [string(LANGUAGE)],
        "identifier": [string(f"urn:uuid:{document.id}")],
        "date": [string(f"{document.changed:%Y-%m-%d}")],
    }
    tree: dict[str, Any] = {
        "pandoc-api-version": VERSION,
        "meta": {name: {"t": "MetaInlines", "c": inlines} for name, inlines in meta.items()},
        "blocks": [*document.contents, *document.blocks],
    }
    authors = [{"t": "MetaInlines", "c": [string(name)]} for name in document.authors]
    tree["meta"]["author"] = {"t": "MetaList", "c": authors}
    return json.dumps(tree, ensure_ascii=False).encode()


def _environment() -> dict[str, str]:
    """Return an environment without home, proxy or other settings of this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}


def _pandoc_path() -> str:
    import pypandoc  # type: ignore[import-untyped]  # of the extra `publish`, which not everybody has

    return str(pypandoc.get_pandoc_path())
