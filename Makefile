# `make demo` and `make test` need only Python 3.11 or newer, pip, venv and make.
# Everything is installed into .venv, except the browser for tests, which is a system package.

PYTHON ?= python3
QUICK_TESTS := tests/domain tests/store tests/desk tests/writeup tests/cli tests/test_docs.py tests/test_floors.py
VENV := .venv
BIN := $(VENV)/bin

# A change of one of these files reinstalls the package, which also rebuilds the front end.
SOURCES := $(wildcard pyproject.toml hatch_build.py package.json package-lock.json) \
	$(shell find static -path static/dist -prune -o -type f -name '*.??*' -print)

.PHONY: help demo test check bench chaos fuzz lint types docs screenshots clean

help:
	@echo 'make demo          replay a sample event in your browser'
	@echo 'make test          run every test; installs what they need, a browser included'
	@echo 'make check         run lint, types and the quick tests, in about a minute'
	@echo 'make bench         measure speed and memory beside other servers, in 15 minutes; QUICK=1 takes two'
	@echo 'make chaos         crashes, bad networks, full disks, crowds: docs/reliability.md; takes two hours'
	@echo 'make fuzz          five million mutated feeds; takes two hours'
	@echo 'make lint types    run ruff or mypy alone'
	@echo 'make docs          regenerate the pages made from code'
	@echo 'make screenshots   take the pictures of the README'
	@echo 'make clean         delete what was installed and built'

demo: $(VENV)/installed
	$(BIN)/backchannel demo

test: $(VENV)/installed-tests
	sh scripts/browser.sh
	$(BIN)/pytest --numprocesses 2 --dist loadfile --durations 15

check: $(VENV)/installed-tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses 2 --dist worksteal $(QUICK_TESTS)

bench: $(VENV)/installed-tests
	sh scripts/browser.sh
	$(BIN)/pip install --quiet hatchling
	$(BIN)/python -m bench $(if $(QUICK),--quick,--write $(if $(MILLION),--million))

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
	$(BIN)/python scripts/api_reference.py --write
	$(BIN)/python scripts/draw_floors.py --write

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
