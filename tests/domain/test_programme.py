"""A repeated import is a diff of new, changed and removed sessions, as values and as sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from backchannel.domain.by_hand import ByHand, by_hand
from backchannel.domain.grid_changes import Change
from backchannel.domain.grid_log import LoggedEdit
from backchannel.domain.model import Schedule, Session
from backchannel.domain.programme import ByHandHere, Changed, Changes, diff, take
from backchannel.domain.programme_phrases import sentences

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
    assert sentences(changes) == ("No changes.",)


def test_a_first_programme_is_all_new():
    assert diff([], programme(MAPS, TEA)) == Changes(added=(MAPS, TEA))


def test_a_moved_session_is_reported_and_keeps_its_slug_and_number():
    moved = replace(MAPS, title="Maps and more", slug="maps-and-more", number=7, room="Loft")
    changes = diff([MAPS], programme(moved))
    kept = replace(MAPS, title="Maps and more", room="Loft")
    assert changes == Changes(changed=(Changed(MAPS, kept, ("title", "room")),))
    assert sentences(changes) == (
        "Changed: “Maps”: renamed to “Maps and more”; moved to Loft.",
    )


def test_a_new_number_alone_is_no_change():
    assert diff([MAPS, TEA], programme(replace(TEA, number=1), replace(MAPS, number=2))) == Changes()


def test_the_same_moment_written_in_another_zone_is_no_change():
    summer = timezone(timedelta(hours=1))
    assert diff([TEA], programme(replace(TEA, starts=TEA.starts.astimezone(summer)))) == Changes()


def test_a_new_session_gets_an_unused_slug_and_number():
    other = replace(MAPS, guid="g-other")
    assert diff([MAPS, TEA], programme(MAPS, TEA, other)).added == (replace(other, slug="maps-2", number=3),)


def test_a_session_missing_from_the_new_programme_is_removed():
    changes = diff([MAPS, TEA], programme(TEA))
    assert changes == Changes(gone=(MAPS,))
    assert sentences(changes) == ("Gone: “Maps”.",)


def test_new_sessions_are_reported_with_time_and_room():
    bare = Session(guid="g", slug="s", title="Later")
    told = sentences(diff([], programme(MAPS, bare)))
    assert told == ("New: “Maps”, 10:00 on 8 June 2026, Main Hall.", "New: “Later”, without a time.")


def test_times_are_reported_in_the_given_zone():
    told = sentences(diff([], programme(MAPS)), timezone(timedelta(hours=1)))
    assert told == ("New: “Maps”, 11:00 on 8 June 2026, Main Hall.",)


def test_changed_times_leaders_and_abstracts_are_described():
    changed = replace(TEA, starts=None, leaders=("Ann", "Bob"), abstract="Long.", hashtags=("tea",))
    assert sentences(diff([TEA], programme(changed))) == (
        "Changed: “Tea”: moved to no time; led by Ann, Bob; hashtags #tea; another abstract.",
    )


def test_a_session_that_only_ends_later_is_told_by_its_end():
    longer = replace(MAPS, ends=TEN + timedelta(minutes=75), cancelled=True)
    assert sentences(diff([MAPS], programme(longer))) == ("Changed: “Maps”: ends at 11:15; cancelled.",)
    moved = replace(MAPS, starts=TEN - timedelta(minutes=30), ends=TEN)
    assert sentences(diff([MAPS], programme(moved))) == ("Changed: “Maps”: moved to 09:30 on 8 June 2026 until 10:00.",)


# --- what people changed by hand

MOVED = replace(MAPS, room="Loft")  # by hand; the schedule said Main Hall
BY_HAND = ByHand({("session", "g-maps"): {"room": "Main Hall"}})


def test_a_session_moved_by_hand_stays_and_the_difference_is_told():
    changes = diff([MOVED, TEA], programme(MAPS, TEA), BY_HAND)
    assert changes == Changes(kept=(ByHandHere(MOVED, MAPS, ("room",)),))
    assert sentences(changes) == (
        "Changed by hand here: “Maps”: the schedule says: moved to Main Hall. Ours is kept.", "No changes.",
    )  # fmt: skip


def test_a_move_by_hand_is_kept_as_a_whole_while_other_changes_are_taken():
    theirs = replace(MAPS, title="More maps", starts=TEN + timedelta(hours=2), ends=TEN + timedelta(hours=3))
    changes = diff([MOVED], programme(theirs), BY_HAND)
    assert changes == Changes(
        changed=(Changed(MOVED, replace(MOVED, title="More maps"), ("title",)),),
        kept=(ByHandHere(MOVED, theirs, ("room", "starts", "ends")),),
    )
    taken = take(changes, {"g-maps"})
    assert taken == Changes(changed=(Changed(MOVED, theirs, ("title", "room", "starts", "ends")),))
    assert take(changes, {"g-tea"}) == changes


def test_a_session_changed_by_hand_that_the_schedule_leaves_out_stays_until_somebody_decides():
    changes = diff([MOVED, TEA], programme(TEA), BY_HAND)
    assert changes == Changes(kept=(ByHandHere(MOVED, None, ("room",)),))
    assert take(changes, {"g-maps"}) == Changes(gone=(MOVED,))


def test_sessions_made_by_hand_are_not_the_schedules_business():
    assert diff([MAPS, TEA], programme(TEA), ByHand(made=frozenset({"g-maps"}))) == Changes()


def edit(do: str, before: dict[str, str] | None, after: dict[str, str] | None) -> LoggedEdit:
    change = Change(kind="session", guid="g-maps", before=before, after=after)
    return LoggedEdit(op="o", do=do, by="b", author="Ada", at=TEN, said="did it", changes=(change,))


def test_the_log_tells_what_the_schedule_last_said_of_what_people_changed():
    moves = [
        edit("place", {"room": "Main Hall"}, {"room": "Loft"}), edit("place", {"room": "Loft"}, {"room": "Shed"}),
    ]  # fmt: skip
    assert by_hand(moves) == BY_HAND
    assert by_hand(moves).fields("session", MOVED) == {"room"}
    assert by_hand(moves).fields("session", MAPS) == frozenset()  # moved back
    assert by_hand([*moves, edit("import", {"room": "Shed"}, {"room": "Main Hall"})]) == ByHand()
    assert by_hand([edit("split", None, {"room": "Loft"})]) == ByHand(made=frozenset({"g-maps"}))
    assert by_hand([edit("import", None, {"room": "Loft"})]) == ByHand()
