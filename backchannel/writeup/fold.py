"""Fold repetitions: near-identical notes of several note-takers, and reshares of one post.

    10:05 Ann  "Devon has a draft policy already"                  10:05 Ann and Bob  "Devon has a draft policy already"
    10:06 Bob  "Devon has already a draft policy"            ->             Bob in other words: ...
    10:09 @eve "RT @zed: so much rain at #puddle"            ->    @zed  "so much rain at #puddle"   also: @eve

The first line leads, and the others are kept below it with their own words (`Line.others`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from backchannel.domain.wire import fold
from backchannel.writeup.model import Line

MAX_INTERVAL = timedelta(minutes=10)  # two people write down the same thing within this time
MIN_SHARED = 0.8  # share of common words
MIN_WORDS = 4  # words; shorter notes must be identical
_SHARED = 5  # words that nobody else would repeat by chance
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_RESHARE = re.compile(r"(?:(?:RT|MT|reshared?|boosted)\b|♻\ufe0f?|🔁)[\s:]*(?:@\S+\s+)?", re.IGNORECASE)
_TURNS = "no not never none nobody without isn't aren't don't doesn't didn't won't can't cannot"
_TURNING = frozenset(_TURNS.split())

Words = tuple[str, ...]


def fold_notes(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the notes, with other people's notes of the same statement below the first."""
    words = [_words(line.body) for line in lines]
    nearby: dict[str, list[int]] = defaultdict(list)  # word -> leading lines that contain it, newest last
    below: dict[int, list[Line]] = defaultdict(list)
    leads: list[int] = []
    for at, line in enumerate(lines):
        has_children = at + 1 < len(lines) and lines[at + 1].item.depth > line.item.depth
        lead = None if has_children else _lead(lines, words, nearby, at)
        if lead is None or any(other.item.author == line.item.author for other in below[lead]):
            leads.append(at)
            for word in set(words[at]):
                nearby[word].append(at)
        else:
            below[lead].append(line)
    return tuple(_with(lines[at], below[at]) for at in leads)


def _lead(lines: Sequence[Line], words: Sequence[Words], nearby: dict[str, list[int]], at: int) -> int | None:
    """Return the best line to fold this one under."""
    own = set(words[at])
    shared: Counter[int] = Counter()
    for word in own:
        shared.update(nearby[word][-8:])
    likely = [lead for lead, n in shared.items() if 2 * n >= len(own)]
    fit = [(_likeness(words[lead], words[at]), lead) for lead in likely if _could_be_one(lines[lead], lines[at])]
    likeness, lead = max(fit, default=(0.0, 0))
    exact = lines[at].item.kind == "action"  # two actions may differ in a name alone
    return lead if likeness >= (1.0 if exact else MIN_SHARED) else None


def _could_be_one(lead: Line, line: Line) -> bool:
    """Return whether two people noted the same statement: same time, kind and speaker. Pledges are personal."""
    a, b = lead.item, line.item
    if a.author == b.author or not a.author or not b.author or a.kind != b.kind or a.kind == "pledge":
        return False
    if a.speaker and b.speaker and fold(a.speaker) != fold(b.speaker):
        return False
    if isinstance(a.at, datetime) and isinstance(b.at, datetime):
        return abs(b.at - a.at) <= MAX_INTERVAL
    return a.at == b.at


def _likeness(a: Words, b: Words) -> float:
    """Return 1.0 for equal words and 0 for different statements. A number or a "not" makes all the difference."""
    if a == b:
        return 1.0
    alike = 2 * (Counter(a) & Counter(b)).total() / (len(a) + len(b))
    if alike < MIN_SHARED or min(len(a), len(b)) < MIN_WORDS or _telling(a) != _telling(b) or not _spelt_alike(a, b):
        return 0.0
    return alike


def _spelt_alike(a: Words, b: Words) -> bool:
    """Return whether the differing words are spellings of the same words: "rain" is not "snow"."""
    mine, theirs = ([word for word in set(one) - set(other) if len(word) > 3] for one, other in ((a, b), (b, a)))
    fewer, more = sorted((mine, theirs), key=len)
    return all(any(SequenceMatcher(None, word, other).ratio() >= 0.7 for other in more) for word in fewer)


def _telling(words: Words) -> Counter[str]:
    return Counter(word for word in words if word in _TURNING or (not word.isalpha() and any(c.isdigit() for c in word)))


def fold_posts(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return each post once, with duplicates and reshares below the first."""
    known: dict[tuple[str, ...], int] = {}
    below: dict[int, list[Line]] = defaultdict(list)
    leads: list[int] = []
    for at, line in enumerate(lines):
        keys = _post_keys(line)
        lead = next((known[key] for key in keys if key in known), None)
        if lead is None:
            lead = at
            leads.append(at)
        else:
            below[lead].append(line)
        for key in keys:
            known.setdefault(key, lead)
    return tuple(_with(lines[at], below[at]) for at in leads)


def _post_keys(line: Line) -> list[tuple[str, ...]]:
    """Return the keys that identify a post: its address, or its words if they are many or by one author on one day."""
    reshared = _RESHARE.match(line.item.text)
    words = _words(line.item.text[reshared.end() :] if reshared else line.item.text)
    day = line.item.at.strftime("%Y-%m-%d") if line.item.at else ""
    keys: list[tuple[str, ...]] = [("url", line.item.url)] if line.item.url else []
    if len(words) >= _SHARED or (reshared and words):
        keys.append(("words", *words))
    return [*keys, ("said", line.item.author, day, *words)] if words else keys


def _words(text: str) -> Words:
    return tuple(_WORD.findall(fold(text).replace("’", "'")))


def _with(lead: Line, others: Iterable[Line]) -> Line:
    others = tuple(others)
    return replace(lead, others=others) if others else lead
