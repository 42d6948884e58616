"""The decision about a post: its session, or the hallway if none is certain enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest

from ..model import Placement
from .evidence import Columns
from .reasons import Reasons, Stay
from .timetable import seconds
from .types import Candidate, Placed, Unplaced
from .weights import CLOCK_EDGE, DOUBT, EDGE, HALLWAY, TELLING

MAX_CANDIDATES = 3  # candidates per post

Weights = Mapping[str, float]  # kind of evidence -> weight


class Judge:
    """Weighs the evidence for the sessions of one event."""

    def __init__(self, sessions: Iterable[str], reasons: Reasons) -> None:
        self._sessions = tuple(sessions)
        self._reasons = reasons

    def shares(self, columns: Columns, weights: Weights) -> dict[str, float]:
        """Return each session's share of exp(score) among all sessions and the hallway."""
        scores = _scores(columns, weights, self._sessions)
        top = max([HALLWAY, *scores.values()])
        parts = {guid: math.exp(score - top) for guid, score in scores.items()}
        whole = sum(parts.values()) + math.exp(HALLWAY - top)
        return {guid: part / whole for guid, part in parts.items()}

    def place(self, post: Unplaced, columns: Columns, weights: Weights, stay: Callable[[str], Stay | None]) -> Placed:
        """Return the outcome with the three best candidates. `stay` gives when the author was in a session."""
        shares = self.shares(columns, weights)
        best = nlargest(MAX_CANDIDATES, shares, key=lambda guid: shares[guid])
        candidates = tuple(self._candidate(post, guid, shares[guid], columns, weights, stay(guid)) for guid in best)
        if not candidates:
            return Placed(session=None, placement=_hallway(1.0, "there are no sessions yet"))
        first = candidates[0]
        if reason := _doubt(candidates, columns, timed=seconds(post.at) is not None):
            return Placed(session=None, placement=_hallway(1 - first.confidence, reason), candidates=candidates)
        placement = Placement(method=first.method, confidence=first.confidence, reason=first.reason)
        return Placed(session=first.session, placement=placement, candidates=candidates)

    def _candidate(
        self, post: Unplaced, guid: str, share: float, columns: Columns, weights: Weights, stay: Stay | None
    ) -> Candidate:
        values = {kind: column[guid] for kind, column in columns.items() if guid in column}
        method, reason = self._reasons.method_and_sentence(post, guid, values, weights, stay)
        return Candidate(session=guid, method=method, confidence=min(round(share, 3), 0.999), reason=reason)


def _doubt(candidates: Sequence[Candidate], columns: Columns, *, timed: bool) -> str:
    """Return why the best session is not certain enough, or an empty string if it is."""
    best = candidates[0]
    specific = any(best.session in columns.get(kind, ()) for kind in TELLING)
    if best.confidence < DOUBT or not (specific or timed):
        return "nothing points clearly to one session"
    if len(candidates) > 1 and best.confidence < (EDGE if specific else CLOCK_EDGE) * candidates[1].confidence:
        return "it fits two or more sessions equally well" if specific else "several sessions were running"
    return ""


def _scores(columns: Columns, weights: Weights, sessions: Iterable[str]) -> dict[str, float]:
    """Return session -> sum of weight x value."""
    scores = dict.fromkeys(sessions, 0.0)
    for kind, column in columns.items():
        weight = weights.get(kind, 0.0)
        for guid, value in column.items():
            if guid in scores:
                scores[guid] += weight * value
    return scores


def _hallway(sure: float, reason: str) -> Placement:
    return Placement(method="hallway", confidence=round(sure, 3), reason=reason)
