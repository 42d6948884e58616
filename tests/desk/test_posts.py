"""Posts are saved once and placed with a reason; an edit is a revision."""

from __future__ import annotations

import json

from tests.stage import Camp


def ndjson(*posts: dict[str, object]) -> str:
    return "\n".join(json.dumps(post) for post in posts)


POST = {"id": "p1", "at": "2026-06-13T10:05:00+01:00", "author": "@ann@example.social", "text": "Worms! #tc26s1"}


def test_a_post_is_saved_once_and_placed_by_its_hashtag(camp: Camp) -> None:
    run = camp.server.run
    assert run("import", "posts", camp.slug, "-", given=ndjson(POST)) == "1 posts are new, 0 edited, 0 were there already.\n"
    assert run("import", "posts", camp.slug, "-", given=ndjson(POST)) == "0 posts are new, 0 edited, 1 were there already.\n"
    (post,) = camp.changes()["items"]
    assert (post["origin"], post["author"], post["text"]) == ("post", "@ann@example.social", "Worms! #tc26s1")
    assert post["placed"]["method"] == "hashtag"
    assert "#tc26s1" in post["placed"]["reason"]


def test_an_edited_post_is_a_revision(camp: Camp) -> None:
    camp.server.run("import", "posts", camp.slug, "-", given=ndjson(POST))
    edited = POST | {"text": "Worms, lots! #tc26s1"}
    said = camp.server.run("import", "posts", camp.slug, "-", given=ndjson(edited))
    assert said == "0 posts are new, 1 edited, 0 were there already.\n"
    (post,) = camp.changes()["items"]
    assert (post["rev"], post["text"]) == (2, "Worms, lots! #tc26s1")


def test_equal_texts_of_different_ids_stay_different(camp: Camp) -> None:
    camp.server.run("import", "posts", camp.slug, "-", given=ndjson(POST, POST | {"id": "p2"}))
    assert camp.texts() == ["Worms! #tc26s1"] * 2


def test_a_bad_line_is_reported_with_its_number_and_nothing_is_saved(camp: Camp) -> None:
    done = camp.server.command("import", "posts", camp.slug, "-", given=ndjson(POST) + "\n{half")
    assert (done.returncode, done.stderr) == (1, "Line 2 isn't a JSON object. Nothing was imported.\n")
    done = camp.server.command("import", "posts", camp.slug, "-", given=ndjson(POST, {"id": "p2"}))
    assert (done.returncode, done.stderr) == (1, "Line 2: A post needs a `text`. Nothing was imported.\n")
    assert camp.texts("event") == []
