"""Random histories: for any ops and any delay, a follower who applies the changes has exactly the current items.

snapshot(t0) + changes(t0 .. t1) == snapshot(t1)        for every role and channel
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from backchannel.client import View
from backchannel.desk import events
from backchannel.desk.desk import Desk
from backchannel.desk.ops import take_ops
from backchannel.domain.channels import digest
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Session
from backchannel.live.dispatcher import frame
from backchannel.passes import Pass, shared
from backchannel.store.sqlite.backup import check
from backchannel.store.sqlite.store import SqliteStore

EVENT = "camp"
GUIDS = ("g1", "g2")
CHANNELS = ("event", "session/g1", "session/g2", "staff")
WHO = st.sampled_from(("Ann", "Bob", "organiser"))
WHERE = st.sampled_from((*GUIDS, None))
TEXTS = st.sampled_from(
    ("Q: who pays?", "Hear hear!", "Action: Ann rings the bus company", "“No,” said Bob", "wifi", "wifi")
)


class Histories(RuleBasedStateMachine):
    """Random ops by two note-takers and an organiser, with one follower a channel who fetches a few changes at a time."""

    notes = Bundle("notes")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = SqliteStore(Path(self.folder.name) / "camp.db")
        self.desk = Desk(self.store)
        made = events.create_event(self.desk, EVENT, title="Camp")
        for guid in GUIDS:
            session = Session(guid=guid, slug=guid, title=guid)
            self.store.write(lambda writer, session=session: writer.save_session(EVENT, session))
        scribe = shared(made, "scribe", 0)
        self.people: dict[str, Pass] = {name: replace(scribe, key=name, name=name) for name in ("Ann", "Bob")}
        self.people["organiser"] = shared(made, "organiser", 0)
        self.views = {channel: View(channel) for channel in CHANNELS}
        self.answered: list[tuple[str, dict[str, Any], dict[str, Any]]] = []

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    # --- what people do

    def _do(self, who: str, **op: Any) -> dict[str, Any]:
        raw = {"op": uuid7(), **op}
        (answer,) = take_ops(self.desk, self.people[who], EVENT, {"ops": [raw]})
        self.answered.append((who, raw, answer))
        return answer

    @rule(target=notes, who=WHO, session=WHERE, text=TEXTS, origin=st.sampled_from(("note", "afterthought")))
    def write(self, who: str, session: str | None, text: str, origin: str) -> str:
        id = uuid7()
        assert self._do(who, do="put", id=id, session=session, text=text, origin=origin)["ok"]
        return id

    @rule(who=WHO, note=notes, text=TEXTS, base_rev=st.sampled_from((None, 1, 2, 3)))
    def correct(self, who: str, note: str, text: str, base_rev: int | None) -> None:
        self._do(who, do="put", id=note, text=text, base_rev=base_rev)

    @rule(who=WHO, note=notes, do=st.sampled_from(("retract", "hide", "show", "undo")))
    def put_away_or_bring_back(self, who: str, note: str, do: str) -> None:
        self._do(who, do=do, id=note)

    @rule(who=WHO, note=notes, session=WHERE, do=st.sampled_from(("move", "seat")))
    def move(self, who: str, note: str, session: str | None, do: str) -> None:
        self._do(who, do=do, id=note, session=session)

    @rule(who=WHO, note=notes, on=st.booleans())
    def agree(self, who: str, note: str, on: bool) -> None:
        self._do(who, do="react", id=note, on=on)

    @rule(nth=st.integers(0, 100))
    def ask_again(self, nth: int) -> None:
        """Send an op again: the first answer is repeated and nothing changes. (A refused op may succeed the second time.)"""
        if self.answered:
            who, raw, answer = self.answered[nth % len(self.answered)]
            head = self.store.reader().event(EVENT).head
            if answer.get("ok"):
                assert take_ops(self.desk, self.people[who], EVENT, {"ops": [raw]}) == [answer]
                assert self.store.reader().event(EVENT).head == head

    # --- what followers see

    @rule(channel=st.sampled_from(CHANNELS), limit=st.integers(1, 5))
    def follow_a_little(self, channel: str, limit: int) -> None:
        view = self.views[channel]
        view.take(self._page(channel, view.cursor, limit))

    def _page(self, channel: str, after: int, limit: int) -> dict[str, Any]:
        return frame((EVENT, channel), self.store.reader().changes(EVENT, channel, after, limit))

    @invariant()
    def what_one_had_and_what_changed_is_what_there_is(self) -> None:
        for channel, late in getattr(self, "views", {}).items():
            caught_up, fresh = View(channel), View(channel)
            caught_up.items, caught_up.cursor = dict(late.items), late.cursor
            caught_up.take(self._page(channel, late.cursor, 500))
            fresh.take(self._page(channel, 0, 500))
            assert caught_up.items == fresh.items
            assert caught_up.digest() == digest(self.store.reader().channel_entries(EVENT, channel))

    @invariant()
    def every_channel_has_what_it_should_and_nothing_else(self) -> None:
        if not hasattr(self, "store"):
            return
        kept = {item.id: item for item in self.store.reader().items(EVENT, states=("visible", "held", "hidden"))}
        visible = {id for id, item in kept.items() if item.state == "visible"}
        assert self._ids("event") == visible
        assert self._ids("staff") == set(kept)
        for guid in GUIDS:
            assert self._ids(f"session/{guid}") == {id for id in visible if kept[id].session == guid}

    @invariant()
    def the_counts_are_those_of_the_items(self) -> None:
        if hasattr(self, "store"):
            assert check(self.store.path) == []

    def _ids(self, channel: str) -> set[str]:
        return {id for _, id, _ in self.store.reader().channel_entries(EVENT, channel)}


Histories.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestHistories = Histories.TestCase
