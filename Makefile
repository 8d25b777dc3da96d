# `make drill` sets irkit up in .venv and rehearses a key leak; `make test` sets it up and passes the checks and tests.
# Nothing but Python 3.11+, git and make is needed. The versions are those of requirements/*.txt, by hash.

PYTHON ?= python3
BIN    := .venv/bin
WORKERS ?= 4  # more than cores: crash and end-to-end tests wait more than they compute
# A module's tests stay with one worker: what a whole module shares, a driven drill for one, is made once.
TESTS   := $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadscope --no-loadscope-reorder

# Compiled once, not by each of the hundreds of processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help drill test test-all checked check compiled format bench docs lock clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## drill     set up, and rehearse the key_leak runbook against a cloud on loopback (without a terminal: by script)
drill: .venv/drill
	@test -t 0 && test -t 1 && test -t 2 || set -- --unattended --adversary persistent; \
	$(BIN)/irkit drill key_leak "$$@" || test $$? -eq 3  # 3: left while it waits for a human

## test      set up, check and run the tests (under 10 minutes), without what needs tmux or takes long
test: checked
	$(TESTS) -m "not apt and not long"

## test-all  the same with all tests; those in a terminal want tmux (apt-get install tmux), and are skipped without it
test-all: checked
	$(TESTS)

# The types take one core for a while; on the other what each worker would compile for itself is compiled for all.
checked: .venv/dev
	@$(MAKE) --no-print-directory --jobs=2 check compiled

compiled: .venv/dev
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null || true  # what is amiss the tests tell

## check     linter, formatter, types and import contracts
check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

## format    let the formatter and the safe fixes of the linter loose
format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## bench     measure the start-up, and what else benchmarks/ holds
bench: .venv/dev
	@for each in benchmarks/*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

## docs      write the generated pages (docs/actions, docs/keys.md)
docs: .venv/dev
	$(BIN)/python docs/generate.py

## lock      resolve the versions anew, hashes and all
lock: .venv/dev
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile $(LOCK) --extra build --extra drill --output-file requirements/drill.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra build --extra drill --extra dev --output-file requirements/dev.txt pyproject.toml

LOCK := --quiet --upgrade --generate-hashes --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

## clean     remove what make made
clean:
	rm -rf $$(find irkit -name "*.abi3.so") .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "irkit needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

# What a C compiler, where there is one, makes of them is installed with irkit; a changed one is compiled anew.
NATIVE := hatch_build.py $(wildcard irkit/*/_*.c irkit/*/*/_*.c irkit/*/*/*.h) $(shell find vendor -name "*.[ch]")

# hatchling builds irkit itself from the environment's own copy, so that a set-up fetches only what is locked.
.venv/drill: .venv/pyvenv.cfg pyproject.toml requirements/drill.txt $(NATIVE)
	@echo "setting irkit up in .venv: a minute or two"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/drill.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/pyvenv.cfg pyproject.toml requirements/dev.txt $(NATIVE)
	@echo "setting irkit and its tools up in .venv: a few minutes"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch .venv/drill $@
