"""Benchmarks of a real server, with two other servers for comparison. `make bench` runs them all (bench/__main__.py)."""
