# Everything a newcomer, a developer or a machine needs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_READY := $(VENV)/.demo-ready
DEV_READY := $(VENV)/.dev-ready
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

# One line for each part that is fetched; what is there already, or only metadata, is no news.
PROGRESS := { grep --line-buffered -E '^(Collecting|Installing|Successfully)' || true; }
SHELL := /bin/bash -o pipefail

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format bench bench-dispatch bench-recordings fire lock clean

help: ## what you can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(DEMO_READY) ## a whole hotline on this machine, with a telephone in the browser (PORT=8000, WARMLINE_DATA=.warmline)
	@exec $(BIN)/warmline demo

test: $(DEV_READY) ## the tests (a quarter of an hour on two cores)
	@$(BIN)/python -m tests.run

test-all: $(DEV_READY) ## every test, also those that repeat on another database what is tried already
	@$(BIN)/python -m tests.run --thorough

lint: $(DEV_READY) ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV_READY) ## rewrite the code in the house's layout
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV_READY) ## measure the speed of a turn and write docs/performance.md
	$(BIN)/python -m benchmarks.turns

bench-dispatch: $(DEV_READY) ## measure how soon a free helper is rung and write docs/dispatch.md
	$(BIN)/python -m benchmarks.dispatch

bench-recordings: $(DEV_READY) ## measure what clips cost and how good they are and write docs/recordings-quality.md (CLIPS=500)
	$(BIN)/python -m benchmarks.recordings --beside $(or $(CLIPS),500)

fire: $(DEV_READY) ## kill every process while 200 people are called back and write docs/reliability.md (SEED=…)
	$(BIN)/python -m tests.faults.fire --into docs $(if $(SEED),--seed $(SEED))

lock: ## lock the dependencies again, with hashes (needs uv)
	$(LOCK) pyproject.toml --extra build -o requirements/base.txt
	$(LOCK) pyproject.toml --extra build --extra demo -c requirements/base.txt -o requirements/demo.txt
	$(LOCK) pyproject.toml --extra build --extra demo --extra dev -c requirements/demo.txt -o requirements/dev.txt

clean: ## remove what make demo and make test have made, but not the data
	rm -rf $(VENV) *.egg-info build .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Warmline needs Python 3.11 or newer; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making a Python environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) && $(VENV)/bin/pip --version >/dev/null \
	  || { rm -rf $(VENV); echo "Python can't make an environment here. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(DEMO_READY): requirements/demo.txt pyproject.toml | $(BIN)/python
	@echo "Fetching what Warmline is built from (one to three minutes, the first time only) …"
	@$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements/demo.txt | $(PROGRESS)
	@$(BIN)/pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_READY): requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Fetching what Warmline and its tests are built from (one to three minutes, the first time only) …"
	@$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements/dev.txt | $(PROGRESS)
	@$(BIN)/pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@ $(DEMO_READY)
