from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from backchannel.domain.errors import Invalid
from backchannel.domain.times import local_day, parse_when, read_date, write_when

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (datetime(2009, 6, 8, 10, 5, tzinfo=UTC), "2009-06-08T10:05:00+00:00"),
        (datetime(2009, 6, 8, 10, 5, 0, 250000, tzinfo=UTC), "2009-06-08T10:05:00.250000+00:00"),
        (date(2009, 6, 8), "2009-06-08"),
        (None, None),
    ],
)
def test_a_time_comes_back_as_it_was_written(when, text):
    assert write_when(when) == text
    assert parse_when(text) == when


def test_a_moment_is_written_in_utc():
    assert write_when(datetime(2009, 6, 8, 11, 5, tzinfo=LONDON)) == "2009-06-08T10:05:00+00:00"


def test_moments_sort_as_text_in_the_order_of_time():
    first = datetime(2009, 6, 8, 10, tzinfo=UTC)
    moments = [first, first + timedelta(microseconds=1), first + timedelta(seconds=1), first + timedelta(days=400)]
    written = [write_when(moment) for moment in moments]
    assert sorted(written) == written


@pytest.mark.parametrize("text", ["2009-06-08T11:05:00+01:00", "2009-06-08T10:05:00Z", "2009-06-08 10:05Z"])
def test_any_offset_is_read(text):
    assert parse_when(text) == datetime(2009, 6, 8, 10, 5, tzinfo=UTC)


def test_a_moment_without_offset_is_read_in_the_zone_given():
    assert parse_when("2009-06-08T11:05", LONDON) == datetime(2009, 6, 8, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["tomorrow", "2009-13-01", "2009-06-08T10:05:00", "0001-01-01T00:00:00+23:00", "10:05", "\ud800", "9" * 5000],
)
def test_an_invalid_time_is_refused_with_an_explanation(text):
    with pytest.raises(Invalid) as refused:
        parse_when(text)
    assert refused.value.message.endswith("isn't a time we can read. Use 2009-06-08T10:05:00+01:00, or a date like 2009-06-08.")


def test_a_time_without_offset_is_never_serialised():
    with pytest.raises(ValueError, match="no offset"):
        write_when(datetime(2009, 6, 8, 10, 5))  # noqa: DTZ001


def test_days_are_formatted_in_words():
    assert read_date(date(2009, 6, 8)) == "8 June 2009"


def test_the_day_depends_on_the_events_time_zone():
    late = datetime(2009, 6, 8, 23, 30, tzinfo=UTC)
    assert local_day(late, LONDON) == date(2009, 6, 9)
    assert local_day(date(2009, 6, 8), LONDON) == date(2009, 6, 8)
    assert local_day(datetime.max.replace(tzinfo=UTC), timezone(timedelta(hours=14))) == date(9999, 12, 31)
