"""The documentation is compared with the code, so that it cannot become outdated."""

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
from backchannel.domain import model, wire
from backchannel.domain.channels import digest
from backchannel.domain.errors import BackchannelError
from backchannel.domain.wire_json import item_on_wire
from backchannel.ingest import connection
from backchannel.live import handlers
from backchannel.live import limits as pace
from backchannel.web import api

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")


def rows(text: str, first: str) -> list[list[str]]:
    """The rows of a page's tables whose first cell is `first`, a pattern: their cells."""
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


def test_the_commands_page_is_what_the_commands_say_of_themselves() -> None:
    written = subprocess.run(
        [sys.executable, "scripts/commands.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == written.stdout, "`make docs` writes it anew"


@pytest.mark.parametrize(("name", "command"), list(commands(cli)), ids=[name for name, _ in commands(cli)])
def test_a_command_and_each_of_its_options_has_help(name: str, command: click.Command) -> None:
    silent = [option.name for option in command.params if isinstance(option, click.Option) and not option.help]
    assert (bool(command.help), silent) == (True, [])


def test_every_setting_stands_in_the_configuration_page_with_its_default() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(page("configuration"), r"`BACKCHANNEL_\w+`")}
    assert told == {PREFIX + setting.name.upper(): as_typed(setting.default) for setting in fields(Settings)}


def as_typed(default: Any) -> str:
    """A default as one would write it in a shell."""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, tuple):
        return " ".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_the_protocol_tells_every_error_with_its_status_and_whether_it_is_permanent() -> None:
    told = {row[0].strip("`"): (int(row[1]), row[2]) for row in rows(PROTOCOL, r"`\w+`") if row[1].isdigit()}
    known = {kind.code: (kind.status, "yes" if kind.permanent else "no") for kind in errors(BackchannelError)}
    assert told == known | {"broken": (500, "no")}


def test_the_protocol_tells_every_key_of_an_item_and_of_an_op() -> None:
    section = PROTOCOL.split("\n## Items\n")[1].split("\n## ")[0]
    item = model.Item(id="", event="", origin="note", text="", author="")
    assert {row[0].strip("`") for row in rows(section, r"`\w+`")} == set(item_on_wire(item))
    section = PROTOCOL.split("\n## Writing\n")[1].split("| `do` | what")[0]
    told = {key for row in rows(section, r"`\w+`(?:, `\w+`)?") for key in re.findall(r"`(\w+)`", row[0])}
    assert told == {setting.name for setting in fields(wire.Op)}


def test_the_protocol_tells_every_address_of_the_api_and_everything_an_op_can_do() -> None:
    app = Flask("the API alone")
    api.register(app)
    base = "/api/v1/events/<event>"
    told = {
        (method, base if path == base else base + path.removeprefix("…").split("?")[0])
        for method, path in re.findall(r"^\| `(GET|POST) (\S+?)` \|", PROTOCOL, flags=re.MULTILINE)
    }
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    assert told == {(method, rule.rule) for rule in rules for method in (rule.methods or set()) & {"GET", "POST"}}
    table = PROTOCOL.split("| `do` | what")[1].split("\n\n")[0]
    told_acts = re.findall(r"`(\w+)`", " ".join(row[0] for row in rows(table, "`.+`")))
    assert sorted(told_acts) == sorted(get_args(wire.Do))


def test_the_protocol_s_numbers_are_the_code_s() -> None:
    for said in (
        f"at most {wire.MAX_BATCH_OPS} ops",
        f"at most {wire.MAX_BATCH_BYTES // 1024} KB ({wire.MAX_BATCH_BYTES:,} bytes)",
        f"at most {model.TEXT_LIMIT:,} characters and {wire.TEXT_BYTES:,} bytes",
        f"| `depth` | 0 to {wire.DEEPEST}, or nothing |",
        f"at most {api.MAX_PAGE_ITEMS} | {api.DEFAULT_PAGE_ITEMS} |",
        f"seconds (at most {api.MAX_WAIT_S:g})",
        f"over {pace.OPS_A_MINUTE} ops a minute with one pass, or {pace.JOINS_A_MINUTE} joins a minute",
        f"can follow at most {handlers.MAX_CHANNELS_PER_SOCKET} channels",
        f"Of an empty channel it is `{digest([])}`",
    ):
        assert said in PROTOCOL


def test_what_we_stand_on_is_all_in_one_table() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    browser = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    told = {row[0] for row in rows(page("decisions/0009-dependencies"), r"[a-z][\w.-]+")} - {"package"}
    assert told == {re.match(r"[\w.-]+", name)[0] for name in wanted} | {  # type: ignore[index]
        *browser["dependencies"],
        *browser["devDependencies"],
    }


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
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
MODULES = {  # distributions whose module has another name
    "axe-playwright-python": "axe_playwright_python", "flask-socketio": "flask_socketio", "gunicorn": "gunicorn",
    "markdown-it-py": "markdown_it", "pypandoc-binary": "pypandoc", "python-dateutil": "dateutil",
    "python-engineio": "engineio", "python-socketio": "socketio", "sqlite-utils": "sqlite_utils",
    "websocket-client": "websocket",
}  # fmt: skip


def imported_modules() -> set[str]:
    """The top-level modules that the package, the tests, the scripts and the benchmarks import."""
    found = set()
    for folder in ("backchannel", "tests", "scripts", "bench", "."):
        for path in (ROOT / folder).glob("*.py" if folder == "." else "**/*.py"):
            found |= set(re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def test_every_declared_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.match(r"[\w.-]+", one)[0] for one in declared}  # type: ignore[index]
    unused = {name for name in names if MODULES.get(name, name) not in imported_modules()}
    assert unused <= set(TOOLS)
    assert set(TOOLS) <= names


def test_every_setting_is_read_outside_of_the_settings() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "backchannel").rglob("*.py") if path.name != "config.py")
    read = {field.name for field in fields(Settings) if re.search(rf"settings\.{field.name}\b", code)}
    methods = {"secret"}  # read through Settings.signing_secret()
    assert {field.name for field in fields(Settings)} - read == methods


def test_the_pages_made_from_code_are_up_to_date() -> None:
    for script, made in (("api_reference", "api.md"), ("draw_floors", "images/how-it-works.svg")):
        done = subprocess.run([sys.executable, f"scripts/{script}.py"], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout == (DOCS / made).read_text(encoding="utf-8"), f"run `make docs`: {made} is outdated"


def test_the_figures_of_the_pages_are_the_code_s() -> None:
    kept = re.search(r"KEPT\w* = (\d[\d_]*)", (ROOT / "static/js/storage.js").read_text(encoding="utf-8"))
    assert kept
    assert int(kept[1].replace("_", "")) == client_outbox.MAX_KEPT_ACKED == 1000
    assert f"the last {client_outbox.MAX_KEPT_ACKED:,} acknowledged" in page("look")
    assert f"last {client_outbox.MAX_KEPT_ACKED:,} acked ops" in PROTOCOL
    assert f"{connection.Budget().wire >> 20} MB" in page("feeds")
