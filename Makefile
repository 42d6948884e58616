# `make demo` and `make test` need only Python 3.11 or newer, pip, venv and make.
# Everything is installed into .venv, except the browser for tests, which is a system package.

PYTHON ?= python3
QUICK_TESTS := tests/domain tests/store tests/desk tests/writeup tests/cli tests/test_docs.py tests/test_floors.py
VENV := .venv
BIN := $(VENV)/bin

# When one of these files changes, make reinstalls the package, which rebuilds the front end.
SOURCES := $(wildcard pyproject.toml hatch_build.py package.json package-lock.json) \
	$(shell find static -path static/dist -prune -o -type f -name '*.??*' -print)

.PHONY: help demo test check bench chaos fuzz lint types docs screenshots clean

help:
	@echo 'make demo          replay a sample event in your browser'
	@echo 'make test          run all tests; installs their dependencies, including a browser'
	@echo 'make check         run the linter, the type checker and the quick tests; takes a minute'
	@echo 'make bench         compare speed and memory with other servers; takes 15 minutes, or two with QUICK=1'
	@echo 'make chaos         test crashes, bad networks, full disks and crowds (docs/reliability.md); takes two hours'
	@echo 'make fuzz          parse five million mutated feeds; takes two hours'
	@echo 'make lint types    run ruff or mypy only'
	@echo 'make docs          regenerate the pages made from code'
	@echo 'make screenshots   take the screenshots in the README'
	@echo 'make clean         delete everything that was installed or built'

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
		{ echo 'Backchannel needs Python 3.11 or newer. Name one, for example: make PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/pip $(SOURCES)
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/installed-tests: $(VENV)/bin/pip $(SOURCES)
	$(BIN)/pip install --quiet --editable '.[test]'
	@touch $(VENV)/installed $@
