"""CSV: every item and commitment, without cells that a spreadsheet would execute."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.csv import cell
from backchannel.writeup.formats import FORMATS
from tests.writeup.camp import A_DAY, RAIN, at, item, record

FORMULA = tuple("=+-@\t\r\0＝＋－＠")


def rows(name: str, written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode(), newline="")))


def test_an_item_is_a_row_with_who_said_what_and_when() -> None:
    found = rows("csv", FORMATS["csv"].session(compose_session(A_DAY, RAIN)))
    assert found[3] == {
        "session": "Who owns the rain?", "date": "2009-06-08", "time": "10:06", "author": "Ann", "speaker": "",
        "kind": "action", "text": "ACTION: Bob to count the *gutters*", "owner": "Bob", "url": "", "agreed": "",
        "origin": "note", "depth": "0", "placed_by": "", "confidence": "", "reason": "", "state": "visible",
        "at": "2009-06-08T09:06:00+00:00", "id": "i4", "session_slug": "rain", "source_id": "",
    }  # fmt: skip


def test_the_event_s_rows_are_all_its_items_in_reading_order() -> None:
    found = rows("csv", FORMATS["csv"].event(compose_event(A_DAY)))
    visible = [made for made in A_DAY.items if made.state == "visible"]
    assert [row["id"] for row in found] == [made.id for made in visible]


def test_the_ledger_is_a_row_each_commitment_and_open_question() -> None:
    found = rows("ledger.csv", FORMATS["ledger.csv"].event(compose_event(A_DAY)))
    assert [(row["kind"], row["what"], row["owner"], row["session"], row["source"]) for row in found] == [
        ("action", "Bob to count the *gutters*", "Bob", "Who owns the rain?", "ACTION: Bob to count the *gutters*"),
        (
            "pledge", "I will paint mine green, that is my pledge", "Ann", "Sheds",
            "I will paint mine green, that is my pledge",
        ),
        ("open question", "what about roofs?", "", "Sheds", "what about roofs?"),
    ]  # fmt: skip


def test_a_session_s_ledger_leaves_out_what_was_answered() -> None:
    found = rows("ledger.csv", FORMATS["ledger.csv"].session(compose_session(A_DAY, RAIN)))
    assert [row["id"] for row in found] == ["i4"]


def test_the_organisers_rows_include_hidden_items() -> None:
    found = rows("csv", FORMATS["csv"].record(A_DAY))
    assert [(row["id"], row["state"]) for row in found] == [(made.id, made.state) for made in A_DAY.items]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20 7946", "'+44 20 7946"),
        ("-5 degrees", "'-5 degrees"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\n=1"),
        ("\0=1", "'=1"),
        ("\x01=1", "'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("1=1", "1=1"),
        ('so "he" said', 'so "he" said'),
        ("", ""),
    ],
)
def test_x5_a_cell_that_starts_a_formula_gets_an_apostrophe(typed: str, kept: str) -> None:
    assert cell(typed) == kept


def test_x5_every_cell_is_quoted() -> None:
    written = FORMATS["csv"].session(compose_session(record(item("a, b", "Ann", at("10:00"))), RAIN)).decode()
    lines = written.split("\r\n")
    assert (len(lines), lines[-1]) == (3, "")
    assert all(line.startswith('"') and line.endswith('"') and line.count('","') == 19 for line in lines[:2])


@settings(deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from('=+-@\t\r\n\0",;|\u2028'))).filter(str.strip))
def test_x5_no_text_becomes_a_formula_or_an_extra_row(text: str) -> None:
    written = FORMATS["csv"].session(compose_session(record(item(text, text, at("10:00"), url=text)), RAIN))
    found = list(csv.reader(io.StringIO(written.decode(), newline="")))
    assert [len(row) for row in found] == [20, 20]
    assert [entry for row in found for entry in row if entry.startswith(FORMULA)] == []
