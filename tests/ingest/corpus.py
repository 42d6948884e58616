"""The corpus of unusual feeds in tests/data/feeds: each file NAME with its expected result in NAME.expected.json.

A new case needs two files and no code. `python tests/ingest/corpus.py` rewrites the expectations; review the
differences before you commit them.

"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backchannel.domain.errors import NotAFeed
from backchannel.domain.times import write_when
from backchannel.ingest.parse import parse

FEEDS = Path(__file__).parent.parent / "data" / "feeds"
NOW = datetime(2009, 6, 15, 12, 0, tzinfo=UTC)
BASE = "https://camp.example/feeds/x"


def files() -> list[Path]:
    return sorted(path for path in FEEDS.iterdir() if not path.name.endswith(".expected.json"))


def expectation(path: Path) -> Path:
    return path.with_name(path.name + ".expected.json")


def parsed_as_json(body: bytes) -> dict[str, Any]:
    """Return the parsed contents of a body as JSON data, without empty values."""
    try:
        contents = parse(body, base_url=BASE, now=NOW)
    except NotAFeed as error:
        return {"error": error.message, "links": list(error.links)}
    entries = [_said(asdict(entry) | {"written_at": write_when(entry.written_at)}) for entry in contents.entries]
    return _said(asdict(contents) | {"entries": entries})


def _said(raw: dict[str, Any]) -> dict[str, Any]:
    lists = {name: list(value) if isinstance(value, tuple) else value for name, value in raw.items()}
    return {name: value for name, value in lists.items() if value not in (None, "", [], {})}


def write() -> None:
    for path in files():
        text = json.dumps(parsed_as_json(path.read_bytes()), ensure_ascii=False, indent=1)
        expectation(path).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
