"""Every format against its golden file in tests/data/writeup/; a new format gets its own by being there."""

from __future__ import annotations

import pytest

from tests.writeup.golden import FOLDER, files

FILES = files()


@pytest.mark.parametrize("name", FILES)
def test_a_format_matches_its_golden_file(name: str) -> None:
    kept = (FOLDER / name).read_bytes().decode() if (FOLDER / name).exists() else ""
    assert FILES[name] == kept, "if that is meant: python -m tests.writeup.golden"


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)
