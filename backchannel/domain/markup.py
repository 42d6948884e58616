"""Parse what a note-taker typed: the kind of a bullet, who said it, and who has to do it.

    "Q: Ann: who pays? #lgc09"  ->  kind "question", speaker "Ann", body "who pays? #lgc09", hashtags ("lgc09",)

docs/note-taking.md lists the rules with examples in order of precedence; a test checks every row. A bullet has one
kind, decided by the first matching rule. The text itself is kept as typed. Every step reads the text a fixed number of
times, so parsing takes linear time. It never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .hashtags import hashtags_in
from .links import Link, links_in, without_links
from .model import Kind
from .people import handles_in, is_handle, is_name, owner_in, speaker_of

_MARKS: dict[str, Kind] = {
    "action": "action",
    "pledge": "pledge",
    "decision": "decision",
    "agreed": "decision",
    "resolved": "decision",
    "question": "question",
    "q": "question",
    "answer": "answer",
    "a": "answer",
}
_SIGNS: dict[str, Kind] = {"!": "action", "?": "question", ">": "quote"}
_TAGS: tuple[Kind, ...] = ("action", "pledge")

_MARK = re.compile(rf"({'|'.join(_MARKS)})(?: \(([^()\n]{{1,60}})\))? ?:\s*(?=\S)", re.IGNORECASE)
# Not "!=", "![picture]", ">= 5", ">5" or a row of signs with nothing after it.
_SIGN = re.compile(r"(!|\?+|>+(?=[^\d]))\s*(?=[\w@#\"'“‘«(])")
_OWN_ACTION = re.compile(r"\bg(?:ave|ive|iven|iving) {1,3}myself {1,3}(?:the|an) {1,3}action\b", re.IGNORECASE)
_OWN_PLEDGE = re.compile(r"\bmy(?:[ \t]++[\w'’#@-]++){0,4}?[ \t]++pledge\b", re.IGNORECASE)
_HEAR_HEAR = re.compile(r"\bhear[ ,!]{1,3}hear\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:i|me|my|mine|myself)\b(?!\.)", re.IGNORECASE)

_QUOTATION_MARKS = {'"': '"', "“": "”", "‘": "’", "«": "»", "„": "“"}
_OPENING, _CLOSING, _ASKING = "\"'“‘«([*_", "\"'”’»)]*_!", "?？؟"
_TITLE_WORDS = 8  # a link beside at most this many words counts as a link with its title


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The contents of a bullet. `people` are @handles with their '@', `hashtags` come without '#'.

    `owner` has to carry out an action or a pledge, if the text names somebody. `own` means that the writer speaks of
    themselves ("my pledge"), so that without an owner the author is responsible.
    """

    kind: Kind
    speaker: str | None
    body: str
    people: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    owner: str | None = None
    own: bool = False


class _Start(NamedTuple):
    """The start of a bullet. `named` follows the mark; `speaker` precedes it, or there is no mark."""

    mark: Kind | None
    speaker: str | None
    named: str | None
    body: str


def read(text: str) -> Reading:
    """Parse one bullet as described in docs/note-taking.md."""
    start = _start(text.strip())
    kind = start.mark or _kind_of(start.body)
    speaker, body = start.speaker or start.named, start.body
    if kind == "quote" and speaker is None:
        speaker, body = _attribution(body)
    owner, own = None, False
    if kind in ("action", "pledge"):
        body = _without_tag(body, kind)
        speaker = start.speaker
        own = kind == "pledge" or bool(_FIRST_PERSON.search(body))
        owner = start.named or owner_in(body, others=not own) or speaker
    return Reading(
        kind=kind,
        speaker=speaker or None,
        body=body,
        people=handles_in(text),
        hashtags=hashtags_in(without_links(text)),
        links=links_in(text),
        owner=owner or None,
        own=own,
    )


def _start(text: str) -> _Start:
    said = speaker_of(text)
    rest = said.rest if said else text
    found = _MARK.match(rest) or _SIGN.match(rest)
    if not found:
        return _Start(None, said and said.name, None, rest)
    body = rest[found.end() :]
    if found.re is _MARK and found[2]:
        return _Start(_MARKS[found[1].lower()], said and said.name, found[2].strip(), body)
    mark = _MARKS.get(found[1].lower()) or _SIGNS[found[1][0]]
    named = speaker_of(body)
    return _Start(mark, said and said.name, named and named.name, named.rest if named else body)


def _kind_of(body: str) -> Kind:
    return next((kind for found, kind in _RULES if found(body)), "note")


def _has_tag(tag: Kind) -> Callable[[str], bool]:
    return lambda body: tag in body.casefold() and any(
        found.casefold() == tag for found in hashtags_in(without_links(body))
    )


def _is_quotation(body: str) -> bool:
    """Match one quotation from beginning to end, perhaps followed by a name: `“Just do it” – Carl`."""
    close = body.rfind(_QUOTATION_MARKS.get(body[:1], "\0"))
    inner, tail = body[1:close], body[close + 1 :].strip()
    if close < 2 or not inner.strip() or body[0] in inner:
        return False
    return tail in ("", ".", "!", ",") or _name_behind(tail) is not None


def _attribution(body: str) -> tuple[str | None, str]:
    """Split `“Just do it” – Carl` into the name and the quotation."""
    close = body.rfind(_QUOTATION_MARKS.get(body[:1], "\0"))
    name = _name_behind(body[close + 1 :].strip()) if close > 1 else None
    return (name, body[: close + 1]) if name else (None, body)


def _name_behind(tail: str) -> str | None:
    name = tail[1:].strip(" -–—")
    return name if tail[:1] in tuple("-–—") and (is_name(name) or is_handle(name)) else None


def _is_agreement(body: str) -> bool:
    """Match `+1` as the first or last word, or "hear hear"."""
    words = body.split()
    ends = {words[0], words[-1]} if words else set()
    return any(word.rstrip(".,:;!") == "+1" for word in ends) or bool(_HEAR_HEAR.search(body))


def _is_asked(body: str) -> bool:
    """Match a `?` at the end of a sentence, but not in an address nor in "(?)"."""
    if not any(sign in body for sign in _ASKING):
        return False
    words = without_links(body).split()
    return any(_ends_asking(word, first=not at) for at, word in enumerate(words))


def _ends_asking(word: str, first: bool) -> bool:
    head = word.rstrip(_CLOSING)
    if not head or head[-1] not in _ASKING:
        return False
    return bool(head.lstrip(_OPENING).rstrip(_ASKING + _CLOSING)) or (not first and not head.strip(_ASKING))


def _is_link(body: str) -> bool:
    if not links_in(body):
        return False
    words = [word for word in without_links(body).split() if any(c.isalnum() for c in word)]
    return len(words) <= _TITLE_WORDS


def _without_tag(body: str, tag: Kind) -> str:
    """Remove the hashtag that marked an action, unless it is part of a sentence."""
    words = body.split(" ")
    for end in (0, -1):
        if len(words) > 1 and words[end].casefold().rstrip(".,:;!") == f"#{tag}":
            del words[end]
    return " ".join(words).strip()


# In order of precedence, after the marks and signs at the beginning.
_RULES: tuple[tuple[Callable[[str], object], Kind], ...] = (
    *((_has_tag(tag), tag) for tag in _TAGS),
    (_OWN_ACTION.search, "action"),
    (_OWN_PLEDGE.search, "pledge"),
    (_is_quotation, "quote"),
    (_is_agreement, "agreement"),
    (_is_asked, "question"),
    (_is_link, "link"),
)
