"""Measurements of a real server, and of two others beside it. `make bench` runs them all: see bench/__main__.py."""
