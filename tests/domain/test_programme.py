"""A re-import is a diff: what is new, changed and gone, in values and in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from backchannel.domain.model import Schedule, Session
from backchannel.domain.programme import Changed, Changes, diff, sentences

TEN = datetime(2026, 6, 8, 10, 0, tzinfo=UTC)
MAPS = Session(
    guid="g-maps", slug="maps", title="Maps", number=1, room="Main Hall", starts=TEN, ends=TEN + timedelta(hours=1)
)
TEA = Session(guid="g-tea", slug="tea", title="Tea", number=2, starts=TEN + timedelta(hours=1))


def programme(*sessions: Session) -> Schedule:
    return Schedule(title="Camp", sessions=sessions)


def test_the_same_programme_again_changes_nothing():
    changes = diff([MAPS, TEA], programme(MAPS, TEA))
    assert changes == Changes()
    assert not changes


def test_a_first_programme_is_all_new():
    assert diff([], programme(MAPS, TEA)) == Changes(added=(MAPS, TEA))


def test_what_moved_is_told_and_keeps_its_slug_and_number():
    moved = replace(MAPS, title="Maps and more", slug="maps-and-more", number=7, room="Loft")
    changes = diff([MAPS], programme(moved))
    kept = replace(MAPS, title="Maps and more", room="Loft")
    assert changes == Changes(changed=(Changed(MAPS, kept, ("title", "room")),))
    assert sentences(changes) == (
        "Changed: “Maps”: title was “Maps”, is “Maps and more”; room was “Main Hall”, is “Loft”.",
    )


def test_a_new_number_alone_is_no_change():
    assert diff([MAPS, TEA], programme(replace(TEA, number=1), replace(MAPS, number=2))) == Changes()


def test_the_same_moment_written_in_another_zone_is_no_change():
    summer = timezone(timedelta(hours=1))
    assert diff([TEA], programme(replace(TEA, starts=TEA.starts.astimezone(summer)))) == Changes()


def test_what_is_added_gets_a_slug_and_a_number_that_are_free():
    other = replace(MAPS, guid="g-other")
    assert diff([MAPS, TEA], programme(MAPS, TEA, other)).added == (replace(other, slug="maps-2", number=3),)


def test_what_the_new_programme_leaves_out_is_gone():
    changes = diff([MAPS, TEA], programme(TEA))
    assert changes == Changes(gone=(MAPS,))
    assert sentences(changes) == ("Gone: “Maps”.",)


def test_new_sessions_are_told_with_their_time_and_room():
    bare = Session(guid="g", slug="s", title="Later")
    told = sentences(diff([], programme(MAPS, bare)))
    assert told == ("New: “Maps”, 10:00 on 8 June 2026, Main Hall.", "New: “Later”, without a time.")


def test_clocks_are_told_as_they_are_in_the_zone_asked_for():
    told = sentences(diff([], programme(MAPS)), timezone(timedelta(hours=1)))
    assert told == ("New: “Maps”, 11:00 on 8 June 2026, Main Hall.",)


def test_times_leaders_and_abstracts_are_told_each_in_its_way():
    changed = replace(TEA, starts=None, leaders=("Ann", "Bob"), abstract="Long.", hashtags=("tea",))
    assert sentences(diff([TEA], programme(changed))) == (
        "Changed: “Tea”: starts was 11:00 on 8 June 2026, is not given; leaders was not given, is Ann, Bob; "
        "hashtags was not given, is tea; another abstract.",
    )
