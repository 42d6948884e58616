"""Where an author was: their items in order of time, each with its session."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .reasons import Stay
from .weights import HALF_RUN

REACH = 60  # items before and after a post that are evidence for it

Column = dict[str, float]


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """One item of the author. `named` says that the author or a person named its session."""

    at: float  # seconds since 1970
    id: str
    session: str = field(compare=False)
    sure: float = field(compare=False)
    named: bool = field(compare=False, kw_only=True)


class Track:
    """The visits of one author, in order of time."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []

    def add(self, visit: Visit) -> None:
        """Add a visit."""
        insort(self._visits, visit)

    def remove(self, id: str) -> None:
        """Remove the visit of an item, if there is one."""
        self._visits = [visit for visit in self._visits if visit.id != id]

    def near(self, at: float, within: float, limit: int) -> list[str]:
        """Return the ids of up to `limit` items on each side of a moment, `within` seconds of it."""
        before, after = self._around(at, "")
        found = [*before[::-1][:limit], *after[:limit]]
        return [visit.id for visit in found if abs(visit.at - at) <= within]

    def columns(self, at: float, id: str) -> dict[str, Column]:
        """Return kind of evidence -> session -> value for the author's post `id` at a moment."""
        before, after = self._around(at, id)
        tagged = dict.fromkeys((visit.session for visit in before if visit.named), 1.0)
        named_last = next((visit.session for visit in reversed(before) if visit.named), None)
        # A session that the author names only later had not begun for them.
        unopened = {visit.session: 1.0 for visit in after if visit.named and visit.session not in tagged}
        later = [visit for visit in after if visit.session not in unopened]
        prev, next_ = _nearest(reversed(before), at), _nearest(after, at)
        next_ = {guid: value for guid, value in next_.items() if guid not in unopened}
        return {
            "tagged": tagged,
            "lasttag": {named_last: 1.0} if named_last else {},
            "unopened": unopened,
            "prev": prev,
            "next": next_,
            "both": {guid: min(value, next_[guid]) for guid, value in prev.items() if guid in next_},
            "been": _been(before),
            "been_later": _been(later),
        }

    def stays(self, at: float, id: str) -> dict[str, Stay]:
        """Return session -> when the author posted in it beside the post `id`."""
        before, after = self._around(at, id)
        named = {visit.session for visit in (*before, *after) if visit.named}
        lasts = {visit.session: visit.at for visit in before}
        nexts = {visit.session: visit.at for visit in reversed(after)}
        now = before[-1].session if before else None
        return {
            guid: Stay(before=lasts.get(guid), after=nexts.get(guid), now=guid == now, named=guid in named)
            for guid in lasts.keys() | nexts.keys()
        }

    def _around(self, at: float, id: str) -> tuple[list[Visit], list[Visit]]:
        """Return the visits before and after a post, without the post itself."""
        n = bisect_left(self._visits, (at, id), key=lambda visit: (visit.at, visit.id))
        before, after = self._visits[max(0, n - REACH) : n], self._visits[n : n + REACH + 1]
        return before, [visit for visit in after if visit.id != id]


def _nearest(visits: Iterator[Visit] | Iterable[Visit], at: float) -> Column:
    """Return the session of the first visit, less the longer it is from the moment."""
    for visit in visits:
        return {visit.session: visit.sure / (1 + abs(visit.at - at) / HALF_RUN)}
    return {}


def _been(visits: Iterable[Visit]) -> Column:
    """Return log(1 + visits) by session, each counted by its confidence."""
    counts: Column = {}
    for visit in visits:
        counts[visit.session] = counts.get(visit.session, 0.0) + visit.sure * visit.sure
    return {guid: math.log1p(count) for guid, count in counts.items()}
