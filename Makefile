# Underfoot. `make run` sets everything up and performs; `make test` sets everything up and passes the tests.
.DEFAULT_GOAL := help
.PHONY: help setup run test slow check mutate bench card lock firmware flash clean erase
SHELL := /bin/bash

PY := $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null && { echo $$p; break; }; done)
SET_UP = [ -n "$(PY)" ] || { echo "Underfoot needs Python 3.11, 3.12 or 3.13; install one and type make again."; exit 1; }; \
  $(PY) -m environment setup

help:
	@echo "make run       set up and perform       (ARGS='--seconds 60 ...' goes to underfoot run)"
	@echo "make test      set up and test          (ARGS='tests/meter ...' goes to pytest)"
	@echo "make setup     set up or mend only: .venv, pinned packages"
	@echo "make check     format, lint, strict types, layers"
	@echo "make bench     every timed claim, measured here"
	@echo "make card      the figures of the NVIDIA card here, in eight minutes (WHEELS=FOLDER without network)"
	@echo "make slow      the tests that take minutes"
	@echo "make mutate    change lines, see whether tests notice (hours)"
	@echo "make lock      pin anew what pyproject.toml asks for"
	@echo "make clean     delete what can be made again (.venv, build); out/ with the ledger stays"
	@echo "make erase     delete out/: ledger, logs, sound, pictures; asks first"
	@echo "make firmware  the strip's program      (LEDS=144 BAUD=250000), make flash PORT=..."

setup:
	@$(SET_UP) run

run:
	@$(SET_UP) run
	@.venv/bin/underfoot run $(ARGS)

# One file of tests stays in one process, so that what its tests share is made once; -n 0 in ARGS gives one process.
# As nice as the fits they start: else, with both cores busy, those would wait for minutes.
test:
	@$(SET_UP) test
	@nice -n 10 .venv/bin/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

slow:
	@$(SET_UP) test
	@.venv/bin/python -m pytest -m slow $(ARGS)

check:
	@$(SET_UP) test
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet . && .venv/bin/mypy \
	  && .venv/bin/python -m pytest tests/test_architecture.py tests/test_plugins.py

# Which changed line of what counts the grains does no test notice? Hours; ARGS='score/colour.py --most 100' takes some.
mutate:
	@$(SET_UP) test
	@.venv/bin/python -m tests.mutate $(ARGS)

bench:
	@$(SET_UP) test
	@.venv/bin/python -m benchmarks $(ARGS)

# The figures of a card (benchmarks/card.py). WHEELS=FOLDER installs from wheels that lie there, without network.
card:
	@py=.venv/bin/python; [ -x $$py ] || py=python3; \
	  [ -z "$(WHEELS)" ] || { $$py -m pip install --quiet --no-index --no-deps --upgrade --target build/card $(WHEELS)/*.whl; }; \
	  PYTHONPATH="$(CURDIR)/build/card:$(CURDIR)" $$py -m benchmarks.card $(ARGS)

# The pinned lists in environment/, from pyproject.toml; pins that still fit stay. ARGS='--upgrade' takes newer versions.
lock:
	@$(PY) -m environment lock $(ARGS)

firmware flash:
	@$(MAKE) --no-print-directory -C hardware $@

# What can be made again. out/ holds the ledger: only `make erase` touches it, and asks.
clean:
	rm -rf .venv build .mypy_cache .ruff_cache .hypothesis

erase:
	@$(PY) -m environment erase
