"""Requirements that every format must meet."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backchannel.domain.errors import Invalid
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS, Format, format_of
from tests.writeup.camp import A_DAY, RAIN, at, item, record
from tests.writeup.nasty import NASTY, nasty_record
from tests.writeup.opened import text_of

EVERY = list(FORMATS.values())
OF_SESSIONS = [made for made in EVERY if made.write_session]
every_format = pytest.mark.parametrize("made", EVERY, ids=lambda made: made.name)
every_format_of_sessions = pytest.mark.parametrize("made", OF_SESSIONS, ids=lambda made: made.name)


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid) as refused:
        format_of("doc")
    assert refused.value.message == (
        "There is no format “doc”; there are md, html, txt, json, ndjson, csv, ledger.csv, atom, ics, docx, odt, epub, "
        "pdf, site."
    )


@every_format
def test_the_same_event_gives_the_same_bytes(made: Format) -> None:
    assert made.event(compose_event(A_DAY)) == made.event(compose_event(A_DAY))


@every_format_of_sessions
def test_the_same_session_gives_the_same_bytes(made: Format) -> None:
    assert made.session(compose_session(A_DAY, RAIN)) == made.session(compose_session(A_DAY, RAIN))


@every_format
def test_a_hidden_item_is_in_no_file(made: Format) -> None:
    secret = record(item("the secret plan", "Mallory", at("10:00"), state="hidden"), item("open", "Ann", at("10:01")))
    files = [made.event(compose_event(secret))]
    files += [made.session(compose_session(secret, RAIN))] if made.write_session else []
    assert [word for file in files for word in ("secret", "Mallory") if word in text_of(made.name, file)] == []


@every_format
def test_every_visible_text_is_in_the_file(made: Format) -> None:
    told = text_of(made.name, made.event(compose_event(A_DAY)))
    expected = {"ics": "Who owns the rain?", "ledger.csv": "what about roofs?"}.get(made.name, "the street does")
    assert expected in told


@every_format
def test_x6_no_text_breaks_a_format(made: Format) -> None:
    nasty, session = nasty_record(NASTY)
    files = [made.event(compose_event(nasty))]
    files += [made.session(compose_session(nasty, session))] if made.write_session else []
    for file in files:
        told = (
            text_of(made.name, file).replace("\r\n", "\n").replace("\x0c", "")
        )  # as iCalendar, CSV and pandoc want it
        assert re.findall("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]", told) == []


@every_format
def test_an_event_without_notes_can_be_exported(made: Format) -> None:
    written = made.event(compose_event(record()))
    assert bool(written) == (made.name != "ndjson")  # no item, no line
    assert "Ann" not in text_of(made.name, written)


def test_without_the_extra_one_line_says_how_to_install_it() -> None:
    missing = replace(FORMATS["pdf"], needs=("no_such_module_anywhere",))
    with pytest.raises(Invalid) as refused:
        missing.event(compose_event(A_DAY))
    assert (missing.installed, refused.value.message) == (
        False, "The format pdf needs the extra “publish”: pip install 'backchannel[publish]'",
    )  # fmt: skip


def test_a_format_of_events_has_no_sessions() -> None:
    with pytest.raises(Invalid) as refused:
        FORMATS["site"].session(compose_session(A_DAY, RAIN))
    assert refused.value.message == "The format site is of a whole event; leave the session out."


def test_held_and_hidden_items_require_a_format_that_marks_them() -> None:
    with pytest.raises(Invalid) as refused:
        FORMATS["md"].record(A_DAY)
    assert refused.value.message == (
        "What is held or hidden is in ndjson and csv only, where each item says so; md does not."
    )


def test_the_formats_page_describes_every_format() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| `([\w.]+)` \| ([\w, ]+) \|", page, flags=re.MULTILINE)
    assert rows == [
        (made.name, made.file_name(""), "session, event" if made.write_session else "event") for made in EVERY
    ]
