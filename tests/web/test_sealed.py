"""Sealed pages of changes: immutable, cacheable, and dropped when one of their items is hidden."""

from __future__ import annotations

import httpx2 as httpx

from backchannel.domain.ids import uuid7
from tests.stage import Camp, put


def fetch(camp: Camp, after: int = 0, **headers: str) -> httpx.Response:
    query = {"channel": "event", "after": after, "limit": 10}
    return httpx.get(f"{camp.api}/changes", params=query, headers=headers)


def test_a_full_page_has_a_tag_and_is_not_sent_twice(camp: Camp) -> None:
    camp.join("Ann").ops(*[put(f"note {n}") for n in range(25)])
    first = fetch(camp)
    assert (first.status_code, first.headers["Content-Encoding"], first.json()["more"]) == (200, "gzip", True)
    assert [item["text"] for item in first.json()["items"]] == [f"note {n}" for n in range(10)]
    again = fetch(camp, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert fetch(camp, **{"Accept-Encoding": "identity"}).json()["items"] == first.json()["items"]


def test_the_last_page_is_not_sealed(camp: Camp) -> None:
    camp.join("Ann").ops(*[put(f"note {n}") for n in range(25)])
    last = fetch(camp, after=20)
    assert "ETag" not in last.headers
    assert (last.json()["more"], last.json()["seq"], len(last.json()["digest"])) == (False, 25, 16)


def test_a_hidden_item_disappears_from_every_page(camp: Camp) -> None:
    ops = [put(f"note {n}") for n in range(25)]
    camp.join("Ann").ops(*ops)
    first = fetch(camp)
    camp.person("organiser").do({"op": uuid7(), "id": ops[3]["id"], "do": "hide"})
    after = fetch(camp, **{"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert "note 3" not in [item["text"] for item in after.json()["items"]]


def test_pages_are_compressed_for_clients_that_accept_it(camp: Camp) -> None:
    url = f"{camp.server.url}/e/{camp.slug}"
    assert httpx.get(url).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in httpx.get(url, headers={"Accept-Encoding": "identity"}).headers
