"""Safe HTML as blocks of a document: whatever the tags, every word is there, and the tree is one that pandoc reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.writeup.pandoc import Block
from backchannel.writeup.phrases import MAX_DEPTH, read_words
from backchannel.writeup.render import sanitise


def shape(node: Any) -> Any:
    """The tree as short as can be: [("Para", "so ", ("Emph", "true"))]."""
    if isinstance(node, (list, tuple)):
        return [shape(entry) for entry in node]
    kind, content = node["t"], node.get("c")
    if kind == "Str":
        return content
    if kind == "Link":
        return (content[2][0], *shape(content[1]))
    if kind in ("Code", "CodeBlock"):
        return (kind, content[1])
    return (kind, *shape(content[1] if kind == "OrderedList" else content or []))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("so <em>true</em>", [("Para", "so ", ("Emph", "true"))]),
        ("a &lt;b&gt; &amp; c", [("Para", "a <b> & c")]),
        ("one<br>\ntwo<br>", [("Para", "one", ("LineBreak",), "two")]),
        ("<p>one</p><p>two</p>", [("Para", "one"), ("Para", "two")]),
        ("<b>x <i>y</i></b>", [("Para", ("Strong", "x "), ("Strong", ("Emph", "y")))]),
        ('<a href="https://x.y/">z</a>!', [("Para", ("https://x.y/", "z"), "!")]),
        ('<a href="javascript:x">z</a>', [("Para", "z")]),
        (f'<a href="https://x.y/{"z" * 3000}">z</a>', [("Para", "z")]),
        ("<code>a  b</code>", [("Para", ("Code", "a b"))]),
        ("<pre>a\n  b</pre>", [("CodeBlock", "a\n  b")]),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", [("BulletList", [("Plain", "a"), ("BulletList", [("Plain", "b")])])]),
        ("<ol><li>a</li></ol>b", [("OrderedList", [("Plain", "a")]), ("Para", "b")]),
        ("<blockquote><p>a</p></blockquote>", [("BlockQuote", ("Para", "a"))]),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", [("Para", "漢", " (", "kan", ")")]),
        ("", [("Para", "")]),
    ],
)  # fmt: skip
def test_markup_becomes_blocks(markup: str, expected: list[Any]) -> None:
    assert shape(read_words(markup)) == expected


TAGS = ["p", "ul", "ol", "li", "blockquote", "pre", "code", "b", "em", "s", "u", "a", "span", "ruby", "rt", "bdi", "h1"]
PIECES = st.one_of(
    st.sampled_from([*(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), "<br>", '<a href="https://x.y/">']),
    st.text("abc \n&<>\u202e\x00", max_size=6),
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_every_word_is_kept_once_for_any_tags(markup: str) -> None:
    safe = sanitise(markup)
    blocks = read_words(safe)
    assert depth_of(blocks) <= MAX_DEPTH + 2
    assert letters(words_in(blocks)) == letters(text_of(safe))


@settings(deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_unsanitised_html_still_becomes_a_valid_tree(markup: str) -> None:
    assert depth_of(read_words(markup)) <= MAX_DEPTH + 2


def depth_of(blocks: Any) -> int:
    """How deep containers stand in each other. Whatever is no block that pandoc knows where it stands is an error."""
    deepest = 0
    for block in blocks:
        kind, content = block["t"], block.get("c")
        if kind in ("BulletList", "OrderedList"):
            items = content if kind == "BulletList" else content[1]
            deepest = max(deepest, *(1 + depth_of(item) for item in items))
        elif kind == "BlockQuote":
            deepest = max(deepest, 1 + depth_of(content))
        else:
            assert kind in ("Para", "Plain", "CodeBlock")
            assert kind == "CodeBlock" or all(is_inline(entry) for entry in content)
    return deepest


def is_inline(node: Any) -> bool:
    kind, content = node["t"], node.get("c")
    if kind in ("Strong", "Emph", "Underline", "Strikeout"):
        return all(map(is_inline, content))
    if kind == "Link":
        return all(map(is_inline, content[1])) and content[2][0].startswith("https://")
    return kind in ("Str", "Code", "LineBreak")


def words_in(blocks: tuple[Block, ...]) -> str:
    def strings(node: Any) -> list[str]:
        if isinstance(node, (list, tuple)):
            return [text for entry in node for text in strings(entry)]
        if not isinstance(node, dict):
            return []
        content = node.get("c")
        if node["t"] in ("Code", "CodeBlock"):
            return [content[1]]
        if node["t"] == "Link":
            return strings(content[1])
        return [content] if node["t"] == "Str" else strings(content or [])

    return "".join(strings(list(blocks)))


def text_of(markup: str) -> str:
    from html.parser import HTMLParser

    class Text(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    reader = Text()
    reader.feed(markup)
    reader.close()
    return reader.said


def letters(text: str) -> str:
    return "".join(c for c in text if c in "abc<>&")
