"""Links in typed text: bare http(s) addresses, and Markdown's `[title](address)`."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Every part stops at what begins the next, so that no text makes these slow.
_LINK = re.compile(
    r"\[(?P<title>[^\[\]\n]{0,300})\]\(\s?(?P<target>https?://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)(?:\s+\"[^\"\n]*\")?\)"
    r"|(?P<bare>https?://[^\s<>\"“”]+)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'’»)]}*_…"  # what a sentence puts behind an address


@dataclass(frozen=True, slots=True)
class Link:
    """An address, and the title it was given in the text, if any."""

    url: str
    title: str = ""


def links_in(text: str) -> tuple[Link, ...]:
    """The links of a text, in order, each address once.

    >>> links_in("see [the policy](https://example.org/p) and https://example.org/q.")
    (Link(url='https://example.org/p', title='the policy'), Link(url='https://example.org/q', title=''))
    """
    found: dict[str, Link] = {}
    for _, _, link in spans(text):
        found.setdefault(link.url, link)
    return tuple(found.values())


def without_links(text: str) -> str:
    """The text with a space for each link: what an address holds (`?`, `@`, `#`) means nothing."""
    if "://" not in text:  # most texts have none, and every note is asked several times
        return text
    parts, end = [], 0
    for begins, ends, _ in spans(text):
        parts += [text[end:begins], " "]
        end = ends
    return "".join([*parts, text[end:]])


def spans(text: str) -> list[tuple[int, int, Link]]:
    """Where each link begins and ends, and what it is."""
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
    """Without the sentence's punctuation; a closing bracket stays where the address opened it.

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
