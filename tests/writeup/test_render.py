import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.writeup.render import is_good_link, plain, render, sanitise

REL = 'rel="nofollow noopener noreferrer"'


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("so *true* and **so** _on_", "so <em>true</em> and <strong>so</strong> <em>on</em>"),
        ("type `make demo`", "type <code>make demo</code>"),
        ("one\ntwo", "one<br>\ntwo"),
        ("[the draft](https://example.org/d)", f'<a href="https://example.org/d" {REL}>the draft</a>'),
        ("[write](mailto:ann@example.org)", f'<a href="mailto:ann@example.org" {REL}>write</a>'),
        ("<https://example.org>", f'<a href="https://example.org" {REL}>https://example.org</a>'),
        ("see https://example.org/a_b_c.", f'see <a href="https://example.org/a_b_c" {REL}>https://example.org/a_b_c</a>.'),
        ("(HTTP://example.org/(a))", f'(<a href="HTTP://example.org/(a)" {REL}>HTTP://example.org/(a)</a>)'),
        ("AT&T &amp; 1 < 2", "AT&amp;T &amp;amp; 1 &lt; 2"),
        ("#lgc09-s3 is #1", '<span class="hashtag">#lgc09-s3</span> is #1'),
        ("@ann@example.social.", '<span class="mention">@ann@example.social</span>.'),
        ("write to ann@example.org", "write to ann@example.org"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
    ],
)  # fmt: skip
def test_typed_text_is_shown_with_its_emphasis_and_links(typed, shown):
    assert render(typed) == shown


@pytest.mark.parametrize("typed", ["# x", "---", "- x", "1. x", "    x", "| a | b |", "x\n===", "~~~", "[x]: y"])
def test_block_syntax_stays_text(typed):
    assert plain(render(typed)) == typed.strip()


@pytest.mark.parametrize(
    "typed", ["<b>x</b>", "<!-- x", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<?x", "</p>"]
)
def test_x4_html_is_shown_as_text(typed):
    assert render(typed) == typed.replace("<", "&lt;").replace(">", "&gt;")


def test_x4_a_picture_is_a_link():
    link = f'<a href="https://example.org/p.png" {REL}>'
    assert render("![the grid](https://example.org/p.png)") == f"{link}the grid</a>"
    assert render("![](https://example.org/p.png)") == f"{link}https://example.org/p.png</a>"
    assert sanitise('a <img src="https://example.org/p.png"> b') == "a  b"


BAD_LINKS = [
    *(
        "javascript:alert(1)",
        "JaVa\tScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "javascript:x",
        "\x01javascript:x",
    ),
    *(
        "//evil.example",
        "http:\\\\evil.example",
        "http://host@evil.example",
        "http://a:b@evil.example/",
        "https:evil",
        "http://",
    ),
    *("/here", "ftp://example.org", "file:///etc/passwd"),
]


@pytest.mark.parametrize("address", BAD_LINKS)
def test_x3_a_bad_url_is_not_linked_and_its_text_is_kept(address):
    assert not is_good_link(address)
    for markup in (render(f"[words]({address})"), render(f"<{address}>"), render(f"words {address}")):
        assert "href" not in markup
    assert "words" in render(f"[words]({address})")
    assert sanitise(f'<a href="{address}">words</a>') == f"<a {REL}>words</a>"


@pytest.mark.parametrize(
    "text", ["[" * 50_000, ">" * 5_000, "[" * 9_999, "![" * 4_999, "[a](" * 2_499, "<a" * 4_999, "*a" * 4_999]
)
def test_x4_no_text_makes_rendering_slow(text):
    begun = time.process_time()
    shown = render(text)
    assert time.process_time() - begun < 0.5
    assert len(plain(shown)) > 0


@pytest.mark.parametrize(
    "piece", ["<b>", "<ul><li>", "<pre>", "<p>", "<h1>", "<a href=http://x>", "<div><a>", "<!--", "&lt;", "<"]
)
def test_no_html_makes_sanitising_slow(piece):
    begun = time.process_time()
    sanitise(piece * (65_536 // len(piece)))
    assert time.process_time() - begun < 1.0


def test_x10_changes_of_reading_direction_are_isolated():
    assert render("\u202egpj.exe") == "<bdi>\u202egpj.exe</bdi>"


def test_x10_control_characters_are_removed_and_surrogates_replaced():
    assert render("a\x00b\x1bc\ud800d\te") == "abc\ufffdd\te"
    assert sanitise("<p>a\x00b\ud800</p>") == "<p>ab\ufffd</p>"


@pytest.mark.parametrize(
    ("brought", "kept"),
    [
        ("<svg/onload=alert(1)>hi", "hi"),
        ("<script>alert(1)</script>hi<style>p{}</style>", "hi"),
        ("<p onclick=x style=color:red>hi", "<p>hi</p>"),
        ("<h1 id=x>Hi <em>you</em></h1><div>there</div>", "<p><strong>Hi <em>you</em></strong></p>there"),
        ("<iframe src=https://example.org></iframe>hi", "hi"),
        ('<a href="https://example.org" target=_blank onclick=x>hi</a>', f'<a href="https://example.org" {REL}>hi</a>'),
        ('<span class="mention evil">@ann</span>', '<span class="mention">@ann</span>'),
        ("<blockquote>a<ol start=3><li>b", '<blockquote>a<ol start="3"><li>b</li></ol></blockquote>'),
        ("1 &lt; 2 &amp; 3", "1 &lt; 2 &amp; 3"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
        ("<form><input name=x><button>go</button></form>", "go"),
    ],
)  # fmt: skip
def test_x1_foreign_html_is_sanitised(brought, kept):
    assert sanitise(brought) == kept


@pytest.mark.parametrize("brought", ["<p>[&#8;&#x1f;&#127;]</p>", "<b>" * 60_000 + "[&#8;]"])
def test_control_characters_are_removed_from_references(brought):
    cleaned = sanitise(brought)
    assert "[]" in cleaned


PIECES = """
    <a href=https://example.org>_</a>_<b>_</b>_<p>_</p>_<h1>_</h1>_<h6>_<table>_<td>_</table>_<svg>_<math>_<mtext>_<style>_<title>
    _</title>_<!--_-->_<![CDATA[_]]>_<pre>_</pre>_<ul>_<li>_<br>_<img/src=x/onerror=alert(1)>_<template>_<select>_<noscript>
    _<textarea>_<xmp>_<plaintext>_<form>_<i>_<ruby>_<rt>_&lt;_&#60;_&#8;_&nbsp;_"_'_>_<_/_=_x
"""


@given(st.lists(st.one_of(st.sampled_from(PIECES.strip().split("_")), st.text(max_size=4)), max_size=25).map("".join))
def test_sanitising_twice_changes_nothing(markup):
    once = sanitise(markup)
    assert sanitise(once) == once
    assert "onerror=alert(1)>" not in once.replace("&gt;", "")


@given(st.text(st.one_of(st.characters(), st.sampled_from(list("*_`[]()<>!&:/#@\\\n httpsx.")))))
def test_any_text_is_shown_safely(text):
    shown = render(text)
    assert sanitise(shown) in (shown, shown.replace("\xa0", "&nbsp;").replace("\r", "\n"))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one<br>two</p><p>three &amp; four</p>", "one\ntwo\n\nthree & four"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc"),
        ("<p>a\n  b</p>", "a b"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("&lt;script&gt;", "<script>"),
        ("<h2>Head</h2>text", "Head\n\ntext"),
        ("", ""),
    ],
)
def test_the_text_of_html_keeps_its_lines(markup, text):
    assert plain(markup) == text
