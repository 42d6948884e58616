# `make demo` and `make test` work on a machine that has python3.11 or newer, pip, venv and make.
# Everything they install stays in .venv, but the browser of the tests, which is a system package.

PYTHON ?= python3
QUICK := tests/domain tests/store tests/desk tests/writeup tests/cli tests/test_docs.py tests/test_floors.py
VENV := .venv
BIN := $(VENV)/bin

# What the installed package is built from: a change of one of these installs it again, and so builds the front end again.
SOURCES := $(wildcard pyproject.toml hatch_build.py package.json package-lock.json) \
	$(shell find static -path static/dist -prune -o -type f -name '*.??*' -print)

.PHONY: help demo test check chaos fuzz lint types docs screenshots clean

help:
	@echo 'make demo          an unconference, replayed live: then open the address it prints'
	@echo 'make test          run every test; installs what they need, a browser included'
	@echo 'make check         lint, types and the quick tests, in under a minute'
	@echo 'make chaos         bad lines, deaths, full disks, crowds: docs/reliability.md; takes two hours'
	@echo 'make fuzz          five million mutants of the odd feeds; takes an hour'
	@echo 'make lint types    ruff; mypy'
	@echo 'make docs          docs/commands.md, from what the commands say of themselves'
	@echo 'make screenshots   the pictures of the README, taken anew'
	@echo 'make clean         take away what was installed and built'

demo: $(VENV)/installed
	$(BIN)/backchannel demo

test: $(VENV)/installed-tests
	sh scripts/browser.sh
	$(BIN)/pytest --numprocesses 2 --dist loadfile --durations 15

check: $(VENV)/installed-tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses 2 --dist worksteal $(QUICK)

chaos: $(VENV)/installed-tests
	$(BIN)/python -m tests.chaos

fuzz: $(VENV)/installed-tests
	$(BIN)/python tests/fuzz/feeds.py 5000000

lint: $(VENV)/installed-tests
	$(BIN)/ruff check .

types: $(VENV)/installed-tests
	$(BIN)/mypy

docs: $(VENV)/installed-tests
	$(BIN)/python scripts/commands.py --write

screenshots: $(VENV)/installed-tests
	sh scripts/browser.sh
	$(BIN)/python scripts/screenshots.py

clean:
	rm -rf $(VENV) build dist static/dist node_modules

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Backchannel needs Python 3.11 or newer. Say which one: make PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/pip $(SOURCES)
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/installed-tests: $(VENV)/bin/pip $(SOURCES)
	$(BIN)/pip install --quiet --editable '.[test]'
	@touch $(VENV)/installed $@
