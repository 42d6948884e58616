"""Fault-injection tests: bad networks, server kills and full disks, followed by an audit. See docs/reliability.md."""
