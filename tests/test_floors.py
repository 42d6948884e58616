"""The house stands on floors, and imports run downhill only (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "backchannel"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("domain",),
    ("writeup",),
    ("config", "passes"),
    ("store",),
    ("desk",),
    ("ingest",),
    ("live",),
    ("web",),
    ("factory", "server", "cli", "demo", "client", "__main__"),
)
HEIGHT = {part: height for height, parts in enumerate(FLOORS) for part in parts}

FLASK = {"flask", "flask_socketio", "werkzeug"}
SQL = {"sqlite3", "sqlite_utils", "psycopg"}
OUTSIDE = {"asyncio", "http", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "urllib.request"}


def sources() -> Iterator[Path]:
    return PACKAGE.rglob("*.py")


def part_of(path: Path) -> str:
    """backchannel/store/sqlite/items.py -> "store"; backchannel/__init__.py -> ""."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py").replace("__init__", "")


def imports(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """The dotted names a file imports, wherever in it; `package` is where its relative imports start."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (*package[: len(package) - node.level + 1],) if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def imports_of(path: Path) -> list[str]:
    package = ("backchannel", *path.relative_to(PACKAGE).parts[:-1])
    return list(imports(ast.parse(path.read_text(encoding="utf-8")), package))


def uphill(part: str, names: list[str]) -> list[str]:
    """The names among `names` that lie on a higher floor than `part`."""
    inner = [name.split(".")[1] for name in names if name.startswith("backchannel.")]
    return [name for name in inner if name in HEIGHT and HEIGHT[name] > HEIGHT[part]]


def users_of(modules: set[str]) -> set[str]:
    """The parts of the house that import one of `modules`."""
    return {
        part_of(path)
        for path in sources()
        if any(name == module or name.startswith(f"{module}.") for name in imports_of(path) for module in modules)
    }


def test_every_part_of_the_house_stands_on_a_floor() -> None:
    assert {part_of(path) for path in sources()} - {""} <= set(HEIGHT)


def test_imports_run_downhill() -> None:
    wrong = {
        str(path.relative_to(ROOT)): uphill(part_of(path), imports_of(path)) for path in sources() if part_of(path)
    }
    assert {path: names for path, names in wrong.items() if names} == {}


def test_an_import_that_runs_uphill_is_seen_however_it_is_written() -> None:
    text = (
        "def f():\n    from ..desk import notes\nimport backchannel.web.follow\nfrom backchannel import cli, domain\n"
    )
    assert uphill("store", list(imports(ast.parse(text), ("backchannel", "store")))) == ["web", "cli", "desk"]


def test_the_ground_floor_needs_the_standard_library_only_and_never_the_world_outside() -> None:
    names = [name for path in sources() if part_of(path) == "domain" for name in imports_of(path)]
    foreign = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"backchannel"}
    outside = {name for name in names if any(name == module or name.startswith(f"{module}.") for module in OUTSIDE)}
    assert (foreign, outside) == (set(), set())


def test_flask_is_known_at_the_front_of_the_house_only() -> None:
    assert users_of(FLASK) <= {"live", "web", "factory", "server", "cli"}


def test_sql_is_known_to_the_store_only() -> None:
    assert users_of(SQL) <= {"store"}


def test_only_the_dispatcher_says_to_which_channel_something_goes() -> None:
    """A client manager that hands on to its parent what it was told (`super().emit(...)`) says nothing of its own."""
    senders = {
        str(path.relative_to(PACKAGE))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in {"emit", "send"}
        and {keyword.arg for keyword in node.keywords} & {"room", "to"}
        and not ast.unparse(node.func).startswith("super()")
    }
    assert senders <= {"live/dispatcher.py"}


def test_the_client_needs_nothing_else_of_the_house() -> None:
    """It is written from docs/protocol.md alone, as anybody's client would be."""
    names = {name for path in sources() if part_of(path) == "client" for name in imports_of(path)}
    assert {name for name in names if name.startswith("backchannel.") and name.split(".")[1] != "client"} == set()


def test_serve_patches_before_anything_that_opens_a_socket_is_imported() -> None:
    """gevent can not put right what has `ssl` already: fetching a feed then fails, or recurses for ever."""
    look = (
        "import sys, backchannel.cli.main, backchannel.cli.serve; print(sorted({'ssl', 'httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_package_itself_holds_a_docstring_and_the_version_only() -> None:
    body = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8")).body
    assert [ast.unparse(node).split(" = ")[0] for node in body[1:]] == ["__version__"]
    assert isinstance(body[0], ast.Expr)


def test_the_plan_on_paper_is_the_house_that_stands() -> None:
    """A row of the table in docs/architecture.md: | 3 | `store/` | what it does |"""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", page, flags=re.MULTILINE)
    drawn = {int(height): tuple(re.findall(r"`(\w+)[/.]", parts)) for height, parts in rows}
    assert drawn == dict(enumerate(FLOORS))
