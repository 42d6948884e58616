#!/usr/bin/env python3
"""Draw docs/images/how-it-works.svg from the table of layers in docs/architecture.md.

    python scripts/draw_floors.py            prints the picture
    python scripts/draw_floors.py --write    writes the file

tests/test_floors.py compares that table with the code's imports, so the picture matches the code.
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
PICTURE = DOCS / "images" / "how-it-works.svg"
WIDTH, ROW, TOP, LEFT, BOX = 760, 58, 56, 20, 470
NOTES = {  # part -> the steps of a note that happen there
    "web/": "1  receives ops",
    "live/": "5  sends frames",
    "ingest/": "feeds join here",
    "desk/": "2  checks, decides",
    "store/": "3  one transaction",
    "writeup/": "7  write-up",
    "domain/": "2  what the line means",
}
STYLE = """
    text { font: 15px system-ui, sans-serif; fill: #1d2430 }
    .small { font-size: 13px; fill: #55606f } .note { font-weight: 600; fill: #8a3b12 }
    rect { fill: #f6efe1; stroke: #b9ab8d } path { stroke: #55606f; fill: none; stroke-width: 1.5 } .tip { fill: #55606f }
    @media (prefers-color-scheme: dark) {
      text { fill: #e8e6e0 } .small { fill: #aab3c0 } .note { fill: #f0a878 }
      rect { fill: #1b2230; stroke: #46506280 } path { stroke: #aab3c0 } .tip { fill: #aab3c0 }
    }"""


def floors() -> list[tuple[str, str]]:
    """Return the parts and the purpose of each layer, top first. The purpose is cut to its first sentence."""
    table = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    return [(parts.replace("`", ""), _first_sentence(purpose)) for parts, purpose in reversed(rows)]


def _first_sentence(text: str) -> str:
    plain = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.split(r"(?<=[.:]) ", plain)[0].rstrip(".:")


def picture() -> str:
    """Return the picture as SVG."""
    layers = floors()
    height = TOP + ROW * len(layers) + 44
    rows = [_layer(number, *layer) for number, layer in enumerate(layers)]
    phone = f'<text x="{LEFT}" y="30">Phones, browsers, feeds</text>'
    disk = f'<text x="{LEFT}" y="{height - 16}">Layer 0 imports no other layer. Imports only go down.</text>'
    x = LEFT + BOX + 12
    arrow = f'<path d="M{x} {TOP} V{height - 54}"/><path class="tip" d="m{x - 5} {height - 60} 5 10 5 -10 z"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
    title = "<title>The layers of Backchannel, and the path of a note through them</title>"
    return "\n".join([f"{head}>{title}", f"<style>{STYLE}\n</style>", phone, *rows, arrow, disk, "</svg>", ""])


def _layer(number: int, parts: str, purpose: str) -> str:
    y = TOP + ROW * number
    note = next((note for part, note in NOTES.items() if part in parts), "")
    short = parts if len(parts) < 60 else parts.split(",")[0] + ", cli/, demo/, client/, ..."
    return (
        f'<rect x="{LEFT}" y="{y}" width="{BOX}" height="{ROW - 8}" rx="5"/>'
        f'<text x="{LEFT + 14}" y="{y + 21}">{escape(short)}</text>'
        f'<text class="small" x="{LEFT + 14}" y="{y + 40}">{escape(purpose[:66])}</text>'
        f'<text class="note" x="{LEFT + BOX + 34}" y="{y + 30}">{escape(note)}</text>'
    )


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PICTURE.write_text(picture(), encoding="utf-8")
    else:
        sys.stdout.write(picture())
