# The commands of this project. Each one sets up what it needs, once.
# Requirements: make and Python 3.11 or newer.

.DEFAULT_GOAL := help
.PHONY: help demo run test lint types format bench faults screenshots lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
ARGS ?=
# The tests wait about as long as they compute: three processes keep two cores busy.
JOBS ?= 3
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
LOCK := uv pip compile pyproject.toml --extra postgres --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"
SOURCES := bot tests
TYPES := tests/types

help: ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  Options go in ARGS, e.g.  make demo ARGS="--open"   make test ARGS="-k settings"'

demo: $(VENV)/.ready-run ## run the bot with a local workspace in your browser, nothing to configure
	@$(BIN)/ragvsft demo $(ARGS)

run: $(VENV)/.ready-run ## run the bot with Slack (settings from the environment or .env)
	@$(BIN)/ragvsft run $(ARGS)

test: $(VENV)/.ready-dev ## run all tests; browser tests need chromium
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.ready-dev ## check style, format, types, the direction of imports and the Dockerfile
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/hadolint Dockerfile

types: $(VENV)/.ready-dev $(TYPES)/node_modules/.ready ## check samples of all messages against Slack's types (needs npm)
	@$(BIN)/python -m tests.types.write_samples
	@cd $(TYPES) && node_modules/.bin/tsc --project .

format: $(VENV)/.ready-dev ## format the code
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.ready-bench ## measure the speed, compared with other libraries
	@set -e; for file in $(wildcard tests/bench/[a-z]*.py); do \
		case $$(basename $$file) in conftest.py|test_*) continue;; esac; \
		echo "== $$file"; $(BIN)/python -m $$(echo $${file%.py} | tr / .) $(ARGS); done

faults: $(VENV)/.ready-dev ## kill the bot under load and count losses; or FAULT=slack, disk, two_processes, postgres
	@$(BIN)/python -m tests.faults.$(or $(FAULT),kills) $(ARGS)

screenshots: $(VENV)/.ready-dev ## regenerate the pictures of the README
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

lock: ## lock the dependencies of pyproject.toml (needs uv); ARGS=--upgrade for the newest
	@command -v uv >/dev/null || { echo 'make lock needs uv: see https://docs.astral.sh/uv/, or `pipx install uv`.'; exit 1; }
	$(LOCK) $(ARGS) --output-file requirements.txt
	$(LOCK) $(ARGS) --constraints requirements.txt --group dev --output-file requirements-dev.txt
	$(LOCK) $(ARGS) --constraints requirements-dev.txt --group dev --group bench --output-file requirements-bench.txt

clean: ## remove the virtual environment and the caches; decisions are kept
	rm -rf $(VENV) $(TYPES)/node_modules $(TYPES)/samples.ts build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@set -e; found=; \
	for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo 'No Python 3.11 or newer found. Install one (https://www.python.org/downloads/),'; \
		echo 'or give its path: make demo PYTHON=/path/to/python3'; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot create a virtual environment. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; \
	fi; \
	echo "Creating $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV)

# $(call install,FILE): install the locked packages, verified by hash, then the project itself.
define install
@echo "Installing $(1) into $(VENV): about a minute, only once"
@$(PIP) install --quiet --require-hashes -r $(1)
@output=$$($(PIP) install --quiet --no-deps -e . 2>&1) || { echo "$$output"; exit 1; }
@touch $@
endef

$(TYPES)/node_modules/.ready: $(TYPES)/package-lock.json
	@echo "Installing Slack's types and TypeScript: once"
	@cd $(TYPES) && npm ci --silent --ignore-scripts
	@touch $@

$(VENV)/.ready-run: requirements.txt pyproject.toml | $(BIN)/python
	$(call install,requirements.txt)

$(VENV)/.ready-dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	$(call install,requirements-dev.txt)
	@touch $(VENV)/.ready-run

$(VENV)/.ready-bench: requirements-bench.txt pyproject.toml | $(BIN)/python
	$(call install,requirements-bench.txt)
	@touch $(VENV)/.ready-run $(VENV)/.ready-dev
