# Everything starts here: make run | make test | make check. Needs Python 3.11+ with pip, and make.
PYTHON ?= python3
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pipeline spiders classifiers blocklists flows examples
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.PHONY: help run test check format lock clean
help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The lock is whole, so nothing is to be resolved: pip would look at newer releases for `x[extra]`.
$(VENV)/.made: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

run: $(VENV)/.made ## the main job on the practice range: reports and a feed in, a release out
	$(BIN)/python -m flows demo --out var/demo

# Tests wait for servers and clocks more than they compute, hence more workers than cores.
test: $(VENV)/.made ## all tests, against real programs; FANZHA_REQUIRE_PROGRAMS=1 forbids skipping
	sh tests/install-programs.sh
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

check: $(VENV)/.made ## lint, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.made ## put the code into form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.made ## resolve pyproject.toml anew into requirements.lock, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements.lock

clean: ## remove what was made
	rm -rf $(VENV) var .mypy_cache .ruff_cache .hypothesis
