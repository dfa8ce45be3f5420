# Underfoot. `make run` sets everything up and performs; `make test` sets everything up and passes the tests.
.DEFAULT_GOAL := help
.PHONY: help setup run test slow check bench firmware flash clean
SHELL := /bin/bash

PY := $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null && { echo $$p; break; }; done)
# With an NVIDIA driver on 64-bit Linux: TensorFlow with its CUDA libraries; elsewhere the smallest one there is.
TF := $(shell [ -e /proc/driver/nvidia/version ] && [ "$$(uname -sm)" = "Linux x86_64" ] && echo cuda || echo cpu)
RUN := .venv/.run-$(TF)
TEST := .venv/.test-$(TF)
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

help:
	@echo "make run       set up and perform       (ARGS='--seconds 60 ...' goes to underfoot run)"
	@echo "make test      set up and test          (ARGS='tests/meter ...' goes to pytest)"
	@echo "make setup     set up only: .venv, pinned packages"
	@echo "make check     format, lint, strict types, layers"
	@echo "make bench     every timed claim, measured here"
	@echo "make slow      the tests that take minutes"
	@echo "make firmware  the strip's program      (LEDS=144 BAUD=250000), make flash PORT=..."

setup: $(RUN)

run: $(RUN)
	@.venv/bin/underfoot run $(ARGS)

# One file of tests stays in one process, so that what its tests share is made once; -n 0 in ARGS gives one process.
test: $(TEST)
	@.venv/bin/python -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

slow: $(TEST)
	@.venv/bin/python -m pytest -m slow $(ARGS)

check: $(TEST)
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet . && .venv/bin/mypy \
	  && .venv/bin/python -m pytest tests/test_architecture.py

bench: $(TEST)
	@.venv/bin/python -m benchmarks $(ARGS)

firmware flash:
	@$(MAKE) --no-print-directory -C hardware $@

clean:
	rm -rf .venv build out

.venv/bin/python:
	@[ -n "$(PY)" ] || { echo "Underfoot needs Python 3.11, 3.12 or 3.13; install one and type make again."; exit 1; }
	@.ci/system run
	@$(PY) -m venv .venv

$(RUN): .venv/bin/python pyproject.toml constraints.txt
	@.ci/system run
	@echo "Setting up: TensorFlow ($(TF)) and the rest; this takes some minutes the first time."
	@ls .venv/.run-* >/dev/null 2>&1 && [ ! -e $(RUN) ] && .venv/bin/python -m pip uninstall -qy tensorflow tensorflow-cpu; true
	@$(PIP) --editable '.[$(TF)]'
	@rm -f .venv/.run-* && touch $(RUN)

$(TEST): $(RUN)
	@.ci/system test
	@$(PIP) --editable '.[$(TF),jax,test]'
	@rm -f .venv/.test-* && touch $(TEST)
