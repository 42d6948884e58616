"""What was wrong with a programme and was read all the same: one sentence a fault, however often it occurs."""

from __future__ import annotations


class Faults:
    """Tell each as it is met; `sentences` says what, where, and what was done about it.

    >>> faults = Faults()
    >>> faults.tell("the id is text, not a number", "read as a number", "session “Tea”")
    >>> faults.sentences()
    ('Session “Tea”: the id is text, not a number; read as a number.',)
    """

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], list[str]] = {}

    def tell(self, what: str, done: str, where: str) -> None:
        self._places.setdefault((what, done), []).append(where)

    def sentences(self) -> tuple[str, ...]:
        return tuple(f"{_places(where)}: {what}; {done}." for (what, done), where in self._places.items())


def _places(where: list[str]) -> str:
    if len(where) == 1:
        return where[0][:1].upper() + where[0][1:]
    return f"{len(where)} places, the first of them {where[0]}"
