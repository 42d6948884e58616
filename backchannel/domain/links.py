"""Links in typed text: bare http(s) addresses and Markdown's `[title](address)`."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Every part stops where the next begins, so that no text takes quadratic time.
_LINK = re.compile(
    r"\[(?P<title>[^\[\]\n]{0,300})\]\(\s?(?P<target>https?://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)(?:\s+\"[^\"\n]*\")?\)"
    r"|(?P<bare>https?://[^\s<>\"“”]+)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'’»)]}*_…"  # punctuation that follows an address in a sentence


@dataclass(frozen=True, slots=True)
class Link:
    """An address, with the title given in the text, if any."""

    url: str
    title: str = ""


def links_in(text: str) -> tuple[Link, ...]:
    """Return the links of a text in order, each address once.

    >>> links_in("see [the policy](https://example.org/p) and https://example.org/q.")
    (Link(url='https://example.org/p', title='the policy'), Link(url='https://example.org/q', title=''))
    """
    found: dict[str, Link] = {}
    for _, _, link in spans(text):
        found.setdefault(link.url, link)
    return tuple(found.values())


def without_links(text: str) -> str:
    """Return the text with each link replaced by a space, because `?`, `@` and `#` in addresses mean nothing here."""
    if "://" not in text:  # most texts contain no link, and this is called several times per note
        return text
    parts, end = [], 0
    for begins, ends, _ in spans(text):
        parts += [text[end:begins], " "]
        end = ends
    return "".join([*parts, text[end:]])


def spans(text: str) -> list[tuple[int, int, Link]]:
    """Return the start, end and contents of each link."""
    if "://" not in text:
        return []
    spans = []
    for found in _LINK.finditer(text):
        if found["target"]:
            spans.append((*found.span(), Link(found["target"], found["title"].strip())))
        elif (url := _trimmed(found["bare"])) and not url.endswith("//"):
            spans.append((found.start(), found.start() + len(url), Link(url)))
    return spans


def _trimmed(url: str) -> str:
    """Strip the sentence's punctuation from an address. A closing bracket stays if the address opened it.

    >>> _trimmed("https://example.org/Camp_(2009)).")
    'https://example.org/Camp_(2009)'
    """
    open_brackets, closed, end = url.count("("), url.count(")"), len(url)
    while end and url[end - 1] in _TRAILING:
        if url[end - 1] == ")":
            if open_brackets >= closed:
                break
            closed -= 1
        end -= 1
    return url[:end]
