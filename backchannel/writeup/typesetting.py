"""How the PDF looks, in Typst (https://typst.app/docs). It reads the document as JSON and sets it: text comes in as
strings and never as code, and no file, package or address is asked for.

    {"name", "title": inline, "subtitle": inline, "by": inline | null, "authors": [...], "contents": bool, "language", "blocks"}

The tree is pandoc's (pandoc.py), but for words longer than a line: see `breakable`.
"""

from __future__ import annotations

import re
from typing import Any

from backchannel.writeup.document import Document

# U+00AD shares a glyph with the hyphen: with one in the text, every hyphen of the PDF would be copied as a soft hyphen.
_SOFT_HYPHEN = "\u00ad"
_LONG_WORD = re.compile(r"\S{36,}")


def typesetting_data(document: Document, language: str) -> dict[str, Any]:
    """Return the data that the template reads."""
    by = {"t": "Str", "c": f"Notes by {', '.join(document.authors)}"} if document.authors else None
    return {
        "name": document.title,
        "title": breakable({"t": "Str", "c": document.title}),
        "subtitle": breakable({"t": "Str", "c": document.subtitle}),
        "by": breakable(by) if by else None,
        "authors": list(document.authors),
        "contents": bool(document.contents),
        "language": language,
        "blocks": [breakable(block) for block in document.blocks],
    }


def breakable(node: Any) -> Any:
    """Return the tree with long words split into pieces, between which a line may break:

        {"t": "Str", "c": "see aaaaaa...a"}  ->  {"t": "Pieces", "c": ["see aaaaaaaaaaaa", "aaaaaaaaaaaa", ...]}

    Code keeps its line breaks: it becomes one inline, or a list with one for each line.
    """
    if isinstance(node, list):
        return [breakable(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kind: str = node["t"]
    content: Any = node.get("c")
    if kind == "Str":
        return _pieces(content)
    if kind == "Code":
        return {"t": kind, "c": _pieces(content[1])}
    if kind == "CodeBlock":
        return {"t": kind, "c": [_pieces(line) for line in content[1].split("\n")]}
    return {"t": kind, "c": breakable(content)}


def _pieces(text: str) -> dict[str, Any]:
    text = text.replace(_SOFT_HYPHEN, "")
    if not _LONG_WORD.search(text):
        return {"t": "Str", "c": text}
    parted = _LONG_WORD.sub(lambda word: re.sub(r"(.{12})(?=.)", "\\1\n", word[0]), text)
    return {"t": "Pieces", "c": parted.split("\n")}


TYPESETTING = r"""
#let doc = json(bytes(sys.inputs.document))
#set document(title: doc.name, author: doc.authors, date: none)
#set page(
  paper: "a4",
  margin: (x: 25mm, top: 27mm, bottom: 25mm),
  header: context {
    let before = query(heading.where(level: 1).before(here()))
    let here-too = query(heading.where(level: 1)).filter(it => it.location().page() == here().page())
    if here().page() > 1 {
      set text(8.5pt, fill: luma(110))
      doc.name
      h(1fr)
      if doc.contents {
        if here-too.len() > 0 { here-too.first().body } else if before.len() > 0 { before.last().body }
      }
    }
  },
  footer: context align(center, text(8.5pt, fill: luma(110), counter(page).display())),
)
#set text(font: "Libertinus Serif", size: 10.5pt, lang: doc.language)
#set par(leading: 0.62em, spacing: 0.95em)
#set list(indent: 0.2em, body-indent: 0.6em, spacing: 0.75em, marker: ([•], [–], [·]))
#set enum(indent: 0.2em, body-indent: 0.6em)
#set table(stroke: none, inset: (x: 0pt, y: 5pt), column-gutter: 12pt)
#show heading: set text(font: "Libertinus Serif", hyphenate: false)
#show heading.where(level: 1): set text(16pt)
#show heading.where(level: 1): set block(above: 2.2em, below: 0.9em)
#show heading.where(level: 2): set text(11.5pt)
#show heading.where(level: 2): set block(above: 1.5em, below: 0.8em)
#show link: set text(fill: rgb("#0b5d57"))
#show raw: set text(font: "DejaVu Sans Mono", size: 0.85em)

#let inline(it) = {
  if it.t == "Str" { it.c }
  else if it.t == "Pieces" { it.c.join(h(0pt)) }
  else if it.t == "LineBreak" { linebreak() }
  else if it.t == "Strong" { strong(it.c.map(inline).join()) }
  else if it.t == "Emph" { emph(it.c.map(inline).join()) }
  else if it.t == "Underline" { underline(it.c.map(inline).join()) }
  else if it.t == "Strikeout" { strike(it.c.map(inline).join()) }
  else if it.t == "Code" { text(font: "DejaVu Sans Mono", size: 0.85em, inline(it.c)) }
  else if it.t == "Span" { text(0.88em, fill: luma(95), it.c.at(1).map(inline).join()) }
  else if it.t == "Link" {
    let target = it.c.at(2).at(0)
    let body = it.c.at(1).map(inline).join()
    if target.starts-with("#") { link(label(target.slice(1)), body) } else { link(target, body) }
  }
}

#let blocks(its) = {
  for it in its {
    if it.t == "Para" { par(it.c.map(inline).join()) }
    else if it.t == "Plain" { it.c.map(inline).join() + parbreak() }
    else if it.t == "Header" {
      let (level, attributes, words) = it.c
      let made = heading(level: level, words.map(inline).join())
      if attributes.at(0) == "" { made } else { [#made#label(attributes.at(0))] }
    }
    else if it.t == "BulletList" { list(..it.c.map(blocks)) }
    else if it.t == "OrderedList" { enum(..it.c.at(1).map(blocks)) }
    else if it.t == "BlockQuote" { pad(left: 1em, blocks(it.c)) }
    else if it.t == "CodeBlock" {
      let lines = it.c.map(inline).join(linebreak())
      block(inset: (left: 1em), text(font: "DejaVu Sans Mono", size: 0.85em, lines))
    }
    else if it.t == "Table" {
      let columns = it.c.at(2).map(column => column.at(1).c * 1fr)
      let cells(row) = row.at(1).map(cell => blocks(cell.at(4)))
      let head = it.c.at(3).at(1).map(cells).flatten()
      let rows = it.c.at(4).at(0).at(3).map(cells).flatten()
      table(
        columns: columns,
        table.header(..head.map(strong)),
        table.hline(stroke: 0.5pt + luma(150)),
        ..rows,
      )
    }
  }
}

#block(below: 1.6em)[
  #text(24pt, weight: "bold", hyphenate: false, par(leading: 0.4em, inline(doc.title)))
  #text(12pt, fill: luma(95), inline(doc.subtitle))
  #if doc.by != none { par(text(9.5pt, fill: luma(95), inline(doc.by))) }
]

#if doc.contents {
  outline(depth: 1, title: none)
  pagebreak(weak: true)
}

#blocks(doc.blocks)
"""
