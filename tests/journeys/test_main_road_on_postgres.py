"""The main journey on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.journeys.test_main_road import (  # noqa: F401  the same tests, on this file's server
    test_a_follower_sees_a_note_within_a_second,
    test_a_note_is_posted_without_scripts,
    test_every_page_is_readable_without_scripts,
    test_three_bullets_typed_on_a_phone_are_followed_live,
)
from tests.stage import Camp


@pytest.fixture
def camp(camp_on_postgres: Camp) -> Camp:
    return camp_on_postgres
