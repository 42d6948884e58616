"""Render typed text as safe HTML, and strangers' HTML as safe HTML or plain text.

    render("so *true*: https://example.org #lgc09")      typed here: inline HTML without blocks
    sanitise("<h1 onclick=x>Hi</h1><img src=...>")       from a feed
    plain("<p>one<br>two</p><p>three</p>")               its text

There are two barriers: markdown-it knows only emphasis, code and links, and shows HTML as text; and its output, like
that of feeds, passes through nh3 with the allow-list below. Images are never loaded; they become links.
"""

from __future__ import annotations

import html
import re
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from backchannel.domain.links import links_in

_TAGS = {"p", "br", "span", "a", "del", "s", "pre", "blockquote", "code", "b", "strong", "u", "i", "em", "ul"}
_TAGS |= {"ol", "li", "ruby", "rt", "rp", "bdi"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_CLASSES = {"span": {"mention", "hashtag"}, "a": {"mention", "hashtag"}}
_LINK_REL = "nofollow noopener noreferrer"
# No user name or password, no backslash, nothing that a browser would repair into another address.
_NOT_IN_LINKS = '\\s\x00-\x1f\x7f\ud800-\udfff\\\\<>"`'
_GOOD_LINK = re.compile(
    f"(?:https?://[^{_NOT_IN_LINKS}/?#@]+(?:[/?#][^{_NOT_IN_LINKS}]*)?|mailto:[^{_NOT_IN_LINKS}]+@[^{_NOT_IN_LINKS}]+)",
    re.IGNORECASE,
)

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")  # and the byte order mark
_SURROGATES = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")  # these change the direction of the following text

_MAX_TAGS = 5_000  # tags in one text; nested tags take the parser quadratic time
_MAX_LENGTH = 10_000  # characters; longer texts are shown as they are
_MARKUP = re.compile(r"[*_`\[\]\\<>&@#\n\r]|://")
_HASHTAG = re.compile(r"\w+(?:-\w+)*")
_HANDLE = re.compile(r"\w(?:[\w.-]{0,60}\w)?(?:@\w[\w.-]{0,100}\w)?")


@lru_cache(maxsize=4096)
def render(text: str) -> str:
    """Return typed text as inline HTML: emphasis, strong, code, links, line breaks, @people and #hashtags.

    Everything else appears as typed: HTML, headings, rules, fences. Text that changes direction is isolated.
    """
    text = _printable(text)
    if len(text) > _MAX_LENGTH or not _MARKUP.search(text):
        made = html.escape(text, quote=False).replace("\n", "<br>\n")
    else:
        made = _TYPED.clean(_MARKDOWN.renderInline(text))
    return f"<bdi>{made}</bdi>" if _BIDI.search(text) else made


def sanitise(markup: str) -> str:
    """Return any HTML as safe HTML with headings as strong and no images.

    Sanitising twice changes nothing. HTML that never settles is returned as its text.
    """
    made = _printable(markup)  # and again below, because `&#8;` is a control character too
    if made.count("<") > _MAX_TAGS:
        return _as_text(html.unescape(re.sub(r"<[^<>]*>", " ", made)))
    for _ in range(5):
        before, made = made, _printable(_bold_headings(_FOREIGN.clean(made)))
        if made == before:
            return made
    return _as_text(_text(made))


def _as_text(text: str) -> str:
    return html.escape(_printable(text), quote=False)


def plain(markup: str) -> str:
    """Return the text of HTML with line breaks and empty lines between paragraphs. Escape it before display."""
    return _text(sanitise(markup))


def is_good_link(url: str) -> bool:
    """Return whether `url` may become a link: complete http, https or mailto, without user name and password."""
    return bool(_GOOD_LINK.fullmatch(url))


def _printable(text: str) -> str:
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def _cleaner(tags: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_attribute,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel=_LINK_REL,
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if is_good_link(value) else None
    return value if name != "start" or value.isdecimal() else None


def _bold_headings(made: str) -> str:
    """Replace headings by strong. For nh3's own output only, where every '<' begins a tag."""
    return re.sub(r"</h[1-6]>", "</strong></p>", re.sub(r"<h[1-6]>", "<p><strong>", made))


def _text(made: str) -> str:
    parts = re.split(r"(<pre>.*?</pre>)", made, flags=re.DOTALL)
    flowing = [part if part.startswith("<pre>") else re.sub(r"\s+", " ", part) for part in parts]
    broken = re.sub(r" ?<br> ?|</li>", "\n", "".join(flowing))
    broken = re.sub(r"</?(?:p|pre|blockquote|ul|ol)(?: [^>]*)?>", "\n\n", broken)
    text = html.unescape(re.sub(r"<[^>]*>", "", broken)).replace("\xa0", " ")
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return _printable(re.sub(r"\n{3,}", "\n\n", lines).strip())


def _bare_link(state: StateInline, silent: bool) -> bool:
    """Match a bare address; at its ':' the scheme has already been read."""
    scheme = re.search(r"(?<!\w)https?\Z", state.pending[-6:], re.I) if state.src[state.pos] == ":" else None
    if scheme is None or state.linkLevel > 0 or state.src[state.pos : state.pos + 3] != "://":
        return False
    begins = state.pos - len(scheme[0])
    found = links_in(re.match(r"\S*", state.src[begins : begins + 2000])[0])  # type: ignore[index]
    url = found[0].url if found else ""
    if not state.src.startswith(url, begins) or not is_good_link(url):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        _push(state, "link", "a", {"href": state.md.normalizeLink(url)}, url)
    state.pos = begins + len(url)
    return True


def _tag(state: StateInline, silent: bool) -> bool:
    """Match `#hashtag` or `@person` and mark it with a span."""
    sign, before = state.src[state.pos], state.src[state.pos - 1 : state.pos]
    if sign not in "#@" or before.isalnum() or before in tuple("_&/#@."):
        return False
    found = (_HASHTAG if sign == "#" else _HANDLE).match(state.src, state.pos + 1)
    if not found or (sign == "#" and found[0].replace("_", "").isdigit()):
        return False
    if not silent:
        _push(state, "tag", "span", {"class": "hashtag" if sign == "#" else "mention"}, sign + found[0])
    state.pos = found.end()
    return True


def _push(state: StateInline, name: str, tag: str, attrs: dict[str, str | int | float], content: str) -> None:
    state.push(f"{name}_open", tag, 1).attrs = attrs
    state.push("text", "", 0).content = content
    state.push(f"{name}_close", tag, -1)


def _picture_as_link(_self: Any, tokens: Sequence[Token], at: int, _options: Any, _env: MutableMapping[str, Any]) -> str:
    source = str(tokens[at].attrs["src"])
    return f'<a href="{html.escape(source)}">{html.escape(tokens[at].content or source)}</a>'


def _markdown() -> MarkdownIt:
    made = MarkdownIt("zero", {"html": False, "breaks": True})
    made.enable(["emphasis", "backticks", "link", "image", "autolink", "escape", "newline"])
    made.inline.ruler.before("emphasis", "bare_link", _bare_link)
    made.inline.ruler.before("emphasis", "tag", _tag)
    made.add_render_rule("image", _picture_as_link)
    normalise = made.normalizeLink
    made.normalizeLink = lambda url: normalise(url) if is_good_link(url) else url  # type: ignore[method-assign]
    made.validateLink = is_good_link  # type: ignore[method-assign]
    return made


_MARKDOWN = _markdown()
_TYPED = _cleaner(_TAGS)
_FOREIGN = _cleaner(_TAGS | _HEADINGS)  # strangers' headings become strong afterwards
