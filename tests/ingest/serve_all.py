"""Every script of hostile_scripts on a port of its own; prints JSON name -> port, and stays until its input ends."""

import contextlib
import json
import sys

from hostile import serving
from hostile_scripts import SCRIPTS

with contextlib.ExitStack() as stack:
    ports = {name: stack.enter_context(serving(script)).port for name, (script, _) in SCRIPTS.items()}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
