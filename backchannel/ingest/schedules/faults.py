"""Problems in a programme that could be read nonetheless: one sentence each, however often it occurs."""

from __future__ import annotations


class Faults:
    """A collection of problems. `sentences` say what was wrong, where, and what was done about it.

    >>> faults = Faults()
    >>> faults.report("the id is text, not a number", "read as a number", "session “Tea”")
    >>> faults.sentences()
    ('Session “Tea”: the id is text, not a number; read as a number.',)
    """

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], list[str]] = {}

    def report(self, what: str, done: str, where: str) -> None:
        """Add a problem: what is wrong, what was done about it, and where it is."""
        self._places.setdefault((what, done), []).append(where)

    def sentences(self) -> tuple[str, ...]:
        """Return one sentence for each kind of problem."""
        return tuple(f"{_places(where)}: {what}; {done}." for (what, done), where in self._places.items())


def _places(where: list[str]) -> str:
    if len(where) == 1:
        return where[0][:1].upper() + where[0][1:]
    return f"{len(where)} places, the first of them {where[0]}"
