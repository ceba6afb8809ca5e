# Everything runs in .venv, which `setup` makes from the hashed lock; nothing else needs to be installed but
# Python 3.11 or newer. `make help` lists the targets.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile --use-pep517
# The result names no registry: whoever installs uses the one their pip is set to.
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	--upgrade --no-emit-index-url --no-emit-find-links

PACKAGES := config core accounts sales kpis commissions leaderboards payouts ledger audit dashboards demo tests manage.py
MO := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-run run test check format messages bench lock shots clean

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: $(VENV)/dev.stamp $(MO)  ## Make or update the virtual environment, with the tools for tests and checks

setup-run: $(VENV)/base.stamp $(MO)

run: setup-run  ## Start everything: PORT=8000, DATABASE_URL, REDIS_URL and RUN_DIR change where it is
	@exec $(PY) -m config.run

test: setup  ## Run the whole suite; ARGS="tests/sales -k import" runs a part of it
	@$(PY) -m pytest -n auto --dist loadgroup $(ARGS)

check: setup  ## Lint, format, types, layers, migrations, translations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint templates --lint --quiet
	$(PY) -m mypy $(PACKAGES)
	$(BIN)/lint-imports
	$(PY) -m config.run.throwaway $(PY) manage.py makemigrations --check --dry-run
	$(PY) -m config.run.translations check

format: setup  ## Let the formatters rewrite the sources
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

messages: setup  ## Add new messages of the sources to the translation files
	$(PY) -m config.run.translations update

bench: setup-run  ## Time the engine against COPY; ARGS="--json" for a list of objects
	@$(PY) -m config.run.throwaway $(PY) manage.py bench engine --deals 1000000 --payees 10000 --components 3 $(ARGS)

lock: setup  ## Pin the newest versions that requirements/*.in allow
	$(LOCK) requirements/pip.in --output-file requirements/pip.lock
	$(LOCK) requirements/base.in --output-file requirements/base.lock
	$(LOCK) requirements/dev.in --constraints requirements/base.lock --output-file requirements/dev.lock

shots: setup  ## Take screenshots of the main pages into shots/
	@$(PY) -m config.run.throwaway $(PY) -m tests.journeys.shots shots $(ARGS)

clean:  ## Remove what can be made again; the data in .run stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(PY):
	@test -n "$(PYTHON)" || { echo "Juara needs Python 3.11 or newer, and none was found. Install it, or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "$(CURDIR)" > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/juara.pth"

$(VENV)/pip.stamp: requirements/pip.lock | $(PY)
	@echo "Installing what Juara needs into $(VENV) (about half a minute) ..."
	@$(INSTALL) -r requirements/pip.lock
	@touch $@

$(VENV)/base.stamp: requirements/base.lock $(VENV)/pip.stamp
	@$(INSTALL) -r requirements/base.lock
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/base.stamp
	@echo "Installing the tools for tests and checks ..."
	@$(INSTALL) -r requirements/dev.lock
	@touch $@

%.mo: %.po | $(VENV)/base.stamp
	@$(PY) -m config.run.translations compile
