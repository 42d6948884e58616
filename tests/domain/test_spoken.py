"""Spoken codes, scopes, expiry, and what a hashtag collides with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from backchannel.domain.errors import Invalid
from backchannel.domain.hashtag_check import collisions
from backchannel.domain.joining import Holder, JoinCode, Scope, code_expiry
from backchannel.domain.model import Event
from backchannel.domain.spoken import WORDS, read_spoken, spoken

NOW = datetime(2026, 6, 13, 9, 30, tzinfo=UTC)


def test_the_words_are_different_short_and_never_begin_alike() -> None:
    assert len(set(WORDS)) == 256
    assert {len(word) for word in WORDS} <= set(range(4, 9))
    assert len({word[:4] for word in WORDS}) == 256


def test_every_code_is_read_as_it_was_made() -> None:
    for start in range(0, 256, 4):
        words = spoken(bytes(range(start, start + 4)), 4)
        assert read_spoken(" ".join(words).title()) == words


@pytest.mark.parametrize("text", ["", "amber", "amber kettle river", "amber kettle river plum plum", None, 7])
def test_a_code_with_a_wrong_number_of_words_is_refused(text: object) -> None:
    with pytest.raises(Invalid, match="A code has 4 words"):
        read_spoken(text)


@pytest.mark.parametrize("scope", ["scribe", "follower", "session/g1", "room/r1"])
def test_a_scope_is_read_as_it_was_written(scope: str) -> None:
    assert str(Scope.read(scope)) == scope


@pytest.mark.parametrize("scope", ["organiser", "", "session/", "room", "x/y"])
def test_no_code_makes_an_organiser(scope: str) -> None:
    with pytest.raises(Invalid):
        Scope.read(scope)


def test_a_code_works_until_the_day_after_the_event_and_at_least_a_day() -> None:
    event = Event(slug="c", title="C", timezone="Europe/London", starts=date(2026, 6, 13), ends=date(2026, 6, 14))
    assert code_expiry(event, "event", NOW) == datetime(2026, 6, 15, 23, tzinfo=UTC)
    assert code_expiry(event, "event", NOW + timedelta(days=30)) == NOW + timedelta(days=31)
    assert code_expiry(event, "hours", NOW) == NOW + timedelta(hours=2)
    with pytest.raises(Invalid):
        code_expiry(event, "for ever", NOW)


def test_a_code_stops_working_when_it_expires_or_after_fifty_failures() -> None:
    code = JoinCode(event="c", scope="scribe", rotation=1, finder="f", proof="p", expires_at=NOW)
    assert (code.works(NOW - timedelta(seconds=1)), code.works(NOW)) == (True, False)
    off = JoinCode(event="c", scope="scribe", rotation=1, finder="f", proof="p", expires_at=NOW, failures=50)
    assert off.works(NOW - timedelta(days=1)) is False


def test_an_invitation_is_open_for_a_week() -> None:
    bea = Holder(event="c", key="k", role="organiser", name="Bea", invited_at=NOW)
    assert (bea.is_open_invite(NOW + timedelta(days=6)), bea.is_open_invite(NOW + timedelta(days=7))) == (True, False)


@pytest.mark.parametrize(("tag", "sentence"), [
    ("lgc26", None),
    ("2026", "#2026 has no letters, so most services don't make a link of it. Add a letter."),
    ("lgc-26", "Most services end #lgc-26 at the first punctuation mark. Use letters and digits only."),
    ("x", "#x is very short, so other people use it for other things. Add a few letters or the year."),
    ("UnConference", "#UnConference is used by many other events. Add a name or a year."),
    ("Tea", "#Tea is a common word, so other people's posts would come too. Add a name or a year."),
    ("Heath_Camp26", "#Heath_Camp26 is the hashtag of “Heath Camp” on this server. Its posts would appear in both events."),
    ("secretcamp26", None),
])  # fmt: skip
def test_what_a_hashtag_collides_with_is_said(tag: str, sentence: str | None) -> None:
    others = (
        Event(slug="h", title="Heath Camp", hashtags=("heathcamp26",)),
        Event(slug="s", title="Secret", hashtags=("secretcamp26",), public=False),
    )
    assert collisions(tag, others) == ((sentence,) if sentence else ())
