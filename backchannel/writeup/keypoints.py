"""What to read first: what an organiser pinned, what people agreed with most, and, named as such, what a program picked.

The pick invents nothing: it is whole lines, as they were written, that share the most words with the rest of the session.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from backchannel.domain.links import without_links
from backchannel.domain.wire import fold
from backchannel.writeup.model import KeyPoint, Line

MOST = 5  # beside those that are pinned
PICKED = 3
ENOUGH = 10  # lines that can be read as they are; nothing is picked from fewer
_WORD = re.compile(r"[^\W\d_]{4,}")
_LENGTH = range(6, 46)  # words of a line that can stand alone
# What stands in every session, whatever it is about.
_COMMON_WORDS = """
    about after again also always anyone around back because been before being between both came come could does doing done
    each even every everybody first from going good have here into just keep know like little made make many maybe more most
    much need needs never next only other over people perhaps quite really same says should some somebody something still such
    take than that their them then there these they thing things think this those through time under until very want wants
    well went were what when where which while will with without would your yours
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def key_points(lines: Sequence[Line], pins: Sequence[str]) -> tuple[KeyPoint, ...]:
    """`lines` are those of all layers, each once, in reading order; `pins` the ids of those that are pinned."""
    by_id = {line.item.id: line for line in lines}
    pinned = [by_id[id] for id in dict.fromkeys(pins) if id in by_id]
    taken = {line.item.id for line in pinned}
    agreed = [line for line in lines if line.item.id not in taken and line.agreed]
    agreed = sorted(agreed, key=lambda line: -line.agreed)[:MOST]
    taken |= {line.item.id for line in agreed}
    room = min(PICKED, MOST - len(agreed) - len(pinned))
    picked = _pick([line for line in lines if line.item.origin == "note"], room, taken) if room > 0 else []
    return (
        *(KeyPoint(line=line, why="pinned") for line in pinned),
        *(KeyPoint(line=line, why="agreed") for line in agreed),
        *(KeyPoint(line=line, why="picked") for line in picked),
    )


def _pick(lines: Sequence[Line], most: int, taken: set[str]) -> list[Line]:
    """Lines whose words come back most often in the others, none like one that was picked before it."""
    if len(lines) < ENOUGH:
        return []
    words = {line.item.id: _words(line) for line in lines}
    spread = Counter(word for own in words.values() for word in own)
    able = [line for line in lines if line.item.id not in taken and _stands_alone(line)]
    ranked = sorted(able, key=lambda line: -_weight(words[line.item.id], spread))
    made: list[Line] = []
    for line in ranked:
        own = words[line.item.id]
        is_new = all(2 * len(own & words[other.item.id]) < len(own) for other in made)
        if is_new and len(made) < most and _weight(own, spread) > 0:
            made.append(line)
    return sorted(made, key=lines.index)


def _weight(own: frozenset[str], spread: Counter[str]) -> float:
    """A word that stands in this line only says nothing of the session; a long line has no advantage by its length."""
    return sum(spread[word] - 1 for word in own) / math.sqrt(len(own) + 2)


def _stands_alone(line: Line) -> bool:
    said = line.body.rstrip()
    return line.item.kind in ("note", "quote") and len(said.split()) in _LENGTH and not said.endswith((":", ","))


def _words(line: Line) -> frozenset[str]:
    return frozenset(_WORD.findall(fold(without_links(line.body)))) - _COMMON
