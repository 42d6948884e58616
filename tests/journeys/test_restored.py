"""A backup restored under a running event: what it lacks comes back from the phones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.acts import (
    FIVE,
    SLOW,
    another_tab,
    rows,
    said,
    session_url,
    shown,
    take_notes,
    texts,
    type_notes,
)
from tests.journeys.conftest import PHONE
from tests.stage import Camp, Server, eventually


def test_a_restored_backup_gets_back_what_it_lacks_and_nothing_twice(
    another_server: Callable[..., Server], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    camp = Camp.make(another_server())
    page, reader = open_page(PHONE), open_page()
    take_notes(page, camp, "Ann")
    reader.goto(session_url(camp))
    type_notes(page, *FIVE[:2])
    expect(said(page, "saved")).to_have_count(2)
    camp.server.run("backup", str(tmp_path / "copy.db"))
    type_notes(page, *FIVE[2:])
    expect(said(page, "saved")).to_have_count(5)
    camp.server.run("restore", str(tmp_path / "copy.db"))
    assert eventually(lambda: shown(camp.changes()["items"]) == FIVE, 60)
    for one in (page, reader):
        expect(rows(one)).to_have_count(5, timeout=SLOW)
        assert texts(one) == FIVE
    expect(said(page, "saved")).to_have_count(5)


def test_a_backup_restored_while_the_page_was_closed_gets_back_what_it_lacks(
    another_server: Callable[..., Server], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    camp = Camp.make(another_server())
    page = open_page(PHONE)
    take_notes(page, camp, "Ann")
    camp.server.run("backup", str(tmp_path / "copy.db"))
    type_notes(page, *FIVE)
    expect(said(page, "saved")).to_have_count(5)
    page.close()
    camp.server.run("restore", str(tmp_path / "copy.db"))
    assert camp.texts() == []
    page = another_tab(page.context, f"{session_url(camp)}/write")
    expect(said(page, "saved")).to_have_count(5, timeout=SLOW)
    assert shown(camp.changes()["items"]) == FIVE
