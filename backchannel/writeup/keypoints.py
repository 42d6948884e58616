"""Key points: lines that an organiser pinned, that people agreed with most, or that were chosen automatically.

Automatic choice never rewrites anything. It selects whole lines that share the most words with the rest of the session.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from backchannel.domain.links import without_links
from backchannel.domain.wire import fold
from backchannel.writeup.model import KeyPoint, Line

MAX_POINTS = 5  # besides pinned ones
PICKED = 3
MIN_LINES = 10  # self-contained lines; from fewer, nothing is chosen
_WORD = re.compile(r"[^\W\d_]{4,}")
_LENGTH = range(6, 46)  # words in a line that can be understood alone
# Words that occur in every session.
_COMMON_WORDS = """
    about after again also always anyone around back because been before being between both came come could does doing done
    each even every everybody first from going good have here into just keep know like little made make many maybe more most
    much need needs never next only other over people perhaps quite really same says should some somebody something still such
    take than that their them then there these they thing things think this those through time under until very want wants
    well went were what when where which while will with without would your yours
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def key_points(lines: Sequence[Line], pins: Sequence[str]) -> tuple[KeyPoint, ...]:
    """Return the key points. `lines` are those of all layers in reading order, `pins` the ids of pinned ones."""
    by_id = {line.item.id: line for line in lines}
    pinned = [by_id[id] for id in dict.fromkeys(pins) if id in by_id]
    taken = {line.item.id for line in pinned}
    agreed = [line for line in lines if line.item.id not in taken and line.agreed]
    agreed = sorted(agreed, key=lambda line: -line.agreed)[:MAX_POINTS]
    taken |= {line.item.id for line in agreed}
    room = min(PICKED, MAX_POINTS - len(agreed) - len(pinned))
    picked = _pick([line for line in lines if line.item.origin == "note"], room, taken) if room > 0 else []
    return (
        *(KeyPoint(line=line, why="pinned") for line in pinned),
        *(KeyPoint(line=line, why="agreed") for line in agreed),
        *(KeyPoint(line=line, why="picked") for line in picked),
    )


def _pick(lines: Sequence[Line], most: int, taken: set[str]) -> list[Line]:
    """Choose lines whose words recur most in the others, without near-duplicates."""
    if len(lines) < MIN_LINES:
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
    """Return a line's weight. Words found only in this line do not count, and length gives no advantage."""
    return sum(spread[word] - 1 for word in own) / math.sqrt(len(own) + 2)


def _stands_alone(line: Line) -> bool:
    said = line.body.rstrip()
    return line.item.kind in ("note", "quote") and len(said.split()) in _LENGTH and not said.endswith((":", ","))


def _words(line: Line) -> frozenset[str]:
    return frozenset(_WORD.findall(fold(without_links(line.body)))) - _COMMON
