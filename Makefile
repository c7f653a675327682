# Everything a person does with this checkout. Each command sets up what it needs, once.
# Needed beforehand: make and Python 3.11 or newer.

.DEFAULT_GOAL := help
.PHONY: help demo run test lint format bench faults screenshots lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
ARGS ?=
# The tests wait about as long as they compute: three at a time keep two cores busy.
JOBS ?= 3
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"
SOURCES := bot tests

help: ## what can be done here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  Options go in ARGS, e.g.  make demo ARGS="--open"   make test ARGS="-k settings"'

demo: $(VENV)/.ready-run ## try it: the bot and a local workspace in your browser, nothing to configure
	@$(BIN)/ragvsft demo $(ARGS)

run: $(VENV)/.ready-run ## run the bot against Slack (settings from the environment or .env)
	@$(BIN)/ragvsft run $(ARGS)

test: $(VENV)/.ready-dev ## all tests; those in the browser where chromium is installed
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: $(VENV)/.ready-dev ## style, format, types and the direction of imports
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.ready-dev ## put the code into its format
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.ready-bench ## how fast it is, beside what others offer
	@set -e; for file in $(wildcard tests/bench/[a-z]*.py); do \
		case $$(basename $$file) in conftest.py|test_*) continue;; esac; \
		echo "== $$file"; $(BIN)/python -m $$(echo $${file%.py} | tr / .) $(ARGS); done

faults: $(VENV)/.ready-dev ## kill the bot while people work with it; FAULT=slack, disk or two_processes for other troubles
	@$(BIN)/python -m tests.faults.$(or $(FAULT),kills) $(ARGS)

screenshots: $(VENV)/.ready-dev ## take the pictures of the README anew
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

lock: ## write the locked dependencies anew from pyproject.toml; the newest with ARGS=--upgrade (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: see https://docs.astral.sh/uv/, or `pipx install uv`.'; exit 1; }
	$(LOCK) $(ARGS) --output-file requirements.txt
	$(LOCK) $(ARGS) --constraints requirements.txt --group dev --output-file requirements-dev.txt
	$(LOCK) $(ARGS) --constraints requirements-dev.txt --group dev --group bench --output-file requirements-bench.txt

clean: ## remove the virtual environment and every cache; no decision is touched
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@set -e; found=; \
	for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo 'No Python 3.11 or newer was found. Install one (https://www.python.org/downloads/),'; \
		echo 'or name it: make demo PYTHON=/path/to/python3'; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot make a virtual environment. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV)

# $(call install,FILE): the locked packages, each checked against its hash, then the project itself.
define install
@echo "Installing $(1) into $(VENV): about a minute, only this once"
@$(PIP) install --quiet --require-hashes -r $(1)
@said=$$($(PIP) install --quiet --no-deps -e . 2>&1) || { echo "$$said"; exit 1; }
@touch $@
endef

$(VENV)/.ready-run: requirements.txt pyproject.toml | $(BIN)/python
	$(call install,requirements.txt)

$(VENV)/.ready-dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	$(call install,requirements-dev.txt)
	@touch $(VENV)/.ready-run

$(VENV)/.ready-bench: requirements-bench.txt pyproject.toml | $(BIN)/python
	$(call install,requirements-bench.txt)
	@touch $(VENV)/.ready-run $(VENV)/.ready-dev
