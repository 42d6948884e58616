"""Installation of socket.io for Node from package-lock.json, with the Node that builds the front end."""

from __future__ import annotations

import subprocess
import sys

from bench.subjects import NODE, ROOT

sys.path.insert(0, str(ROOT))

from hatch_build import NODE_WHEEL, BuildFailed, node_path, npm_on, run


def install() -> str:
    """Install the packages, and return a PATH with `node`. Raises `BuildFailed`."""
    try:
        path = node_path()
    except BuildFailed:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
        path = node_path()
    if not (NODE / "node_modules" / "socket.io").is_dir():
        run([*npm_on(path), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], NODE, path)
    return path
