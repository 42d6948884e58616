"""socket.io for Node, installed as package-lock.json says; Node itself as the front-end build finds it."""

from __future__ import annotations

import subprocess
import sys

from bench.subjects import NODE, ROOT

sys.path.insert(0, str(ROOT))

from hatch_build import NODE_WHEEL, BuildFailed, node_path, npm_on, run


def install() -> str:
    """Install the packages, and return the PATH on which `node` is. Raises `BuildFailed`."""
    try:
        path = node_path()
    except BuildFailed:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
        path = node_path()
    if not (NODE / "node_modules" / "socket.io").is_dir():
        run([*npm_on(path), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], NODE, path)
    return path
