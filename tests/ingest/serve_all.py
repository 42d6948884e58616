"""Serve every script of hostile_scripts on its own port, print the ports as JSON, and run until stdin is closed."""

import contextlib
import json
import sys

from hostile import serving
from hostile_scripts import SCRIPTS

with contextlib.ExitStack() as stack:
    ports = {name: stack.enter_context(serving(script)).port for name, (script, _) in SCRIPTS.items()}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
