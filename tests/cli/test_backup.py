"""Backups are complete while the server runs, and can be restored while it runs."""

from __future__ import annotations

from pathlib import Path

from tests.stage import Camp, Server, eventually


def test_a_backup_is_restored_under_a_running_server_with_a_new_epoch(server: Server, tmp_path: Path) -> None:
    camp, copy = Camp.make(server), tmp_path / "copies" / "one.db"
    ann = camp.join("Ann")
    ann.note("before")
    before = camp.changes()
    server.run("backup", str(copy))
    ann.note("after")
    server.run("restore", str(copy))
    after = camp.changes()
    assert [item["text"] for item in after["items"]] == ["before"]
    assert (after["digest"], after["epoch"] == before["epoch"]) == (before["digest"], False)
    assert ann.note("and on")["seq"] == 2
    assert server.run("check") == f"{server.db} has no errors.\n"


def test_a_waiting_follower_learns_of_a_restore_immediately(server: Server, tmp_path: Path) -> None:
    import socketio

    camp, copy, heads = Camp.make(server), tmp_path / "one.db", []
    camp.join("Ann").note("before")
    server.run("backup", str(copy))
    follower = socketio.Client()
    follower.on("head", heads.append)
    follower.connect(server.url, transports=["websocket"], auth={"pass": camp.passes["follower"]})
    epoch = follower.call("follow", {"channel": "event", "after": 0})["epoch"]
    server.run("restore", str(copy))
    eventually(lambda: [head for head in heads if head["epoch"] != epoch], seconds=5)
    follower.disconnect()


def test_a_backup_never_overwrites_a_file_and_only_backups_can_be_restored(server: Server, tmp_path: Path) -> None:
    copy, scrap = tmp_path / "one.db", tmp_path / "scrap.db"
    server.run("backup", str(copy))
    done = server.command("backup", str(copy))
    refused = f"{copy} already exists. Choose another name: a backup never overwrites a file.\n"
    assert (done.returncode, done.stderr) == (1, refused)
    scrap.write_bytes(b"not a database, but long enough to be looked at" * 100)
    done = server.command("restore", str(scrap))
    assert done.returncode == 1
    assert done.stderr == f"{scrap} isn't a sound backup (file is not a database). Nothing was changed.\n"
