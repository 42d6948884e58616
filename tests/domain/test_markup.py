import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.domain.links import Link, links_in
from backchannel.domain.markup import Reading, read
from backchannel.domain.model import KINDS
from backchannel.domain.people import handles_in, speaker_of

GUIDE = Path(__file__).parents[2] / "docs" / "note-taking.md"


def rows():
    """Each row of the guide's tables: (example, kind, body, speaker or None, owner or None)."""
    for line in GUIDE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if len(cells) == 5 and cells[2] in KINDS:
            who = dict(part.split(" ", 1) for part in cells[4].split(", ") if part)
            yield cells[1].strip("`"), cells[2], cells[3].strip("`"), who.get("speaker"), who.get("owner")


@pytest.mark.parametrize(("example", "kind", "body", "speaker", "owner"), list(rows()))
def test_the_note_takers_guide_matches_the_parser(example, kind, body, speaker, owner):
    reading = read(example)
    assert (reading.kind, reading.body, reading.speaker, reading.owner) == (kind, body, speaker, owner)


def test_the_guide_shows_every_kind():
    assert {kind for _, kind, *_ in rows()} == set(KINDS)


def test_a_parsed_line_contains_everything_found():
    typed = "Q: Ann Lee: has @bob@example.social seen [the draft](https://example.org/d)? #lgc09 #S3"
    assert read(typed) == Reading(
        kind="question",
        speaker="Ann Lee",
        body="has @bob@example.social seen [the draft](https://example.org/d)? #lgc09 #S3",
        people=("@bob@example.social",),
        hashtags=("lgc09", "S3"),
        links=(Link("https://example.org/d", "the draft"),),
    )


@pytest.mark.parametrize(
    ("typed", "own"),
    [
        ("PLEDGE: blog it", True),
        ("I will do it #action", True),
        ("I have given myself the action of going back", True),
        ("ACTION: somebody must chase it", False),
        ("what am I to do", False),
    ],
)
def test_a_commitment_without_an_owner_belongs_to_its_writer(typed, own):
    assert read(typed).own is own


def test_a_writers_action_does_not_belong_to_the_person_mentioned():
    assert read("I will write to @bob #action").owner is None


@pytest.mark.parametrize("typed", ["", " ", "?", "!", "Q:", "A: ", "ACTION:", "> ", "!= null", ">= 5 people", "???"])
def test_a_mark_without_text_has_no_meaning(typed):
    assert read(typed).kind in ("note", "question")
    assert read(typed).body == typed.strip()


def test_a_picture_is_not_an_action():
    assert read("![the grid](https://example.org/grid.png)").kind == "link"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ann: yes", "Ann"),
        ("Robert B: yes", "Robert B"),
        ("Louis de Looze: yes", "Louis de Looze"),
        ("Jean-Luc O’Brien: yes", "Jean-Luc O’Brien"),
        ("Émilie: oui", "Émilie"),
        ("@ann@example.social: yes", "@ann@example.social"),
        ("???: yes", ""),
    ],
)
def test_a_name_before_a_colon_is_the_speaker(typed, name):
    assert speaker_of(typed).name == name


@pytest.mark.parametrize(
    "typed",
    [
        "Note: yes",
        "TODO: yes",
        "The Problem: yes",
        "http://example.org: yes",
        "10:30 yes",
        "Ann:yes",
        "Ann:",
        "Good examples of how to build your case: yes",
        "One Two Three Four Five: yes",
        "HTMX: https://example.org",
        "e.g.: yes",
        ": yes",
    ],
)
def test_words_that_are_not_names_are_not_speakers(typed):
    assert speaker_of(typed) is None


def test_a_url_ends_where_the_sentence_continues():
    typed = "(see https://example.org/Camp_(2009)), <https://example.org/a?b=1#c>; HTTP://EXAMPLE.ORG!"
    assert [link.url for link in links_in(typed)] == [
        "https://example.org/Camp_(2009)",
        "https://example.org/a?b=1#c",
        "HTTP://EXAMPLE.ORG",
    ]


def test_email_addresses_and_urls_mention_nobody():
    assert handles_in("ann@example.org https://example.social/@carl @Bob. and @bob again") == ("@Bob",)


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(list('?!>@#[](): \n+1myAQ“”"/')))))
def test_any_text_can_be_parsed(text):
    reading = read(text)
    assert reading.kind in KINDS
    assert reading.body == reading.body.strip()


@pytest.mark.parametrize(
    "piece",
    [
        *("[", "](", "[a](http://", "(", ")", "?", "?!", "!", ">", "@a", "@", "#", "#a-", ":", "A:", "my ", "my  "),
        *('"', "“", "hear ", "+1", "http://", "http://a)", "given myself ", "a.", " ", "\n", "_", "A b: ", "x to "),
    ],
)
def test_no_text_makes_parsing_slow(piece):
    read("warm")
    text = piece * (100_000 // len(piece))
    begun = time.process_time()
    read(text)
    assert time.process_time() - begun < 1.0
