"""One item's text as Markdown that cannot change the structure around it, and back again, character for character.

What would begin a heading, a rule, a fence, a list, a quotation, a table, an HTML tag or a comment has its first
character written as an entity; emphasis, code and links stay. Every other text stays as it was typed:

    "# x"              ->  "&#35; x"
    "<!-- x"           ->  "&lt;!-- x"
    "one\\ntwo"         ->  "one\\\\", "two"        (two lines; the backslash is Markdown's line break)
    "so *true* `<b>`"  ->  "so *true* `<b>`"      (code is safe as it stands)

Only entities are used for it, and whatever looks like an entity is itself escaped: so the way back is exact.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from backchannel.domain.wire import one_line

_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://[^\s<>`]+>)", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^")
_ESCAPED = re.compile(r"&(?:amp|lt|#\d{1,3});")
# Line beginnings with a meaning in some Markdown; the group is the character to escape.
_BLOCK = re.compile(
    r"(#)#{0,5}(?=[ \t]|\Z)"
    r"|([-+*])(?=[ \t]|\Z)"
    r"|\d{1,9}([.)])(?=[ \t]|\Z)"
    r"|([>|])|(~)~~|(:)(?=[ \t])"
    r"|(=)=*[ \t]*\Z"
    r"|([-|:])[-|: \t]*\Z"
    r"|([*_])[*_ \t]*\Z"
    r"|(\[)(?:[^\]]*\]:|[ xX]\](?=\s))"
)
# What a line of the write-up itself begins or ends with.
_HEAD = re.compile(r"\d{1,2}( )[A-Z][a-z]{2,8} \d{4} |\d\d(:)\d\d |(\*)\*(?:[^*\\\n]|\\.){1,200}:\*\* ")
_TAIL = re.compile(r"\(\[post\]\([^()\s]*(\))\)\Z|\(also \*\*[^\n]*\](\))\Z")

_BACKTICKS = re.compile(r"`+")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PLAIN_SIGNS = re.compile(r"([\\`*_\[\]<>&|~#:])")


def text_to_markdown(text: str) -> list[str]:
    """Return the lines of `text`, at least one, none empty or beginning with a space."""
    text = printable(text)
    core = text.strip("\n")
    before = len(text) - len(text.lstrip("\n"))
    after = len(text) - len(core) - before
    if not core:
        return ["&#10;" * len(text)]
    core = _without_tags(core)
    lines = [_line(line) for line in core.split("\n")]
    lines[0] = "&#10;" * before + _entity(_HEAD, lines[0])
    lines[-1] = _ending(lines[-1]) + "&#10;" * after
    return [line + "\\" for line in lines[:-1]] + lines[-1:]


def text_from_markdown(lines: list[str]) -> str:
    """Return the text that `text_to_markdown` was given, except for control characters and lone surrogates."""
    bare = [line.removesuffix("\\") for line in lines[:-1]] + lines[-1:]
    return _outside_code("\n".join(bare), lambda part: _ESCAPED.sub(lambda found: html.unescape(found[0]), part))


def plain_to_markdown(text: str) -> str:
    """Return a title or name on one line with every sign escaped."""
    return _PLAIN_SIGNS.sub(r"\\\1", one_line(printable(text)))


def plain_from_markdown(text: str) -> str:
    """Return the text that `plain_to_markdown` was given."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def printable(text: str) -> str:
    """Return text without characters that a text file cannot hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\ufffd", _UNPRINTABLE.sub("", text))


def _without_tags(text: str) -> str:
    """Escape entities, tags and comments outside code. In doubtful cases, nothing counts as code."""
    if "`" in text and _is_odd_code(text):
        return _escape(text).replace("`", "&#96;")
    return _outside_code(text, _escape)


def _escape(part: str) -> str:
    return _FOOTNOTE.sub("[&#94;", _TAG.sub("&lt;", _ENTITY.sub("&amp;", part)))


def _line(line: str) -> str:
    """Escape one line: spaces at both ends, and whatever would begin a block."""
    body = line.strip(" \t")
    if not body:
        return "".join(f"&#{ord(c)};" for c in line)
    if len(body) == len(line):
        return _entity(_BLOCK, line)
    head, tail = line[: len(line) - len(line.lstrip(" \t"))], line[len(line.rstrip(" \t")) :]
    spaces = ["".join(f"&#{ord(c)};" for c in side) for side in (head, tail)]
    return spaces[0] + (body if head else _entity(_BLOCK, body)) + spaces[1]


def _ending(line: str) -> str:
    """Escape the end of a line: a backslash would join the next line, and a link like ours would be removed."""
    if line.endswith("\\"):
        return line[:-1] + "&#92;"
    found = _TAIL.search(line) if line.endswith(("))", "])")) else None
    if not found:
        return line
    at = found.start(found.lastindex or 0)
    return f"{line[:at]}&#41;{line[at + 1 :]}"


def _entity(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.match(line)
    if not found or not found.lastindex:
        return line
    at = found.start(found.lastindex)
    return f"{line[:at]}&#{ord(line[at])};{line[at + 1 :]}"


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    if "`" not in text:
        return change(text)
    parts, end = [], 0
    for begins, ends in _code_spans(text):
        parts += [change(text[end:begins]), text[begins:ends]]
        end = ends
    return "".join([*parts, change(text[end:])])


def _code_spans(text: str) -> list[tuple[int, int]]:
    """Return the code spans: between runs of backticks of equal length (CommonMark 0.31, section 6.1)."""
    runs = [found.span() for found in _BACKTICKS.finditer(text)]
    later: dict[int, list[int]] = {}
    for at in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[at][1] - runs[at][0], []).append(at)
    spans, at = [], 0
    while at < len(runs):
        same = later[runs[at][1] - runs[at][0]]
        while same and same[-1] <= at:
            same.pop()
        if not same:
            at += 1
            continue
        spans.append((runs[at][0], runs[same[-1]][1]))
        at = same[-1] + 1
    return spans


def _is_odd_code(text: str) -> bool:
    """Return whether there is a fence, a backslash before a backtick, or code across lines."""
    if "\\`" in text or re.search(r"^[ \t]*```", text, re.MULTILINE):
        return True
    return any("\n" in text[begins:ends] for begins, ends in _code_spans(text))
