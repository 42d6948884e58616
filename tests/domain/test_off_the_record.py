"""The off-the-record rule, which is the same on the phone and on the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backchannel.domain.wire import _OFF_THE_RECORD, is_off_the_record

RECORD_JS = Path(__file__).parents[2] / "static" / "js" / "off_record.js"


@pytest.mark.parametrize(
    "line",
    ["OTR: the budget is gone", "otr : so is he", "- Ann: OTR: we lost it", "10:30 OTR: he left", "Off the record: no"],
)
def test_a_line_marked_off_the_record_is_recognised(line: str) -> None:
    assert is_off_the_record(line)


@pytest.mark.parametrize("line", ["OTR messaging: who uses it?", "The OTR: a chat protocol", "we went off the record", "OTR"])
def test_a_line_about_being_off_the_record_is_not_matched(line: str) -> None:
    assert not is_off_the_record(line)


def test_the_phone_has_the_same_rule() -> None:
    (on_the_phone,) = re.findall(r"^const OTR_LINE = /(.+)/im;$", RECORD_JS.read_text(), re.MULTILINE)
    assert on_the_phone == _OFF_THE_RECORD.pattern
