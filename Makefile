# Two commands: `make run` reads seeds/ into warehouse/, `make test` proves the code.
# Needs Python 3.11 or newer and make; everything else is installed into .venv from requirements.lock.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
SEEDS  ?= seeds
WAREHOUSE ?= warehouse

export PYTHONUTF8 := 1
export DAGSTER_HOME := $(CURDIR)/.dagster

.PHONY: help run test dev lint lock clean

help:
	@echo "make run    read $(SEEDS)/ into $(WAREHOUSE)/ and say what was made"
	@echo "make test   lint, types, import rules and tests"
	@echo "make dev    the Dagster server with its schedule and sensor, on http://localhost:3000"
	@echo "make lint   ruff and mypy alone"
	@echo "make lock   resolve requirements.lock anew"
	@echo "make clean  remove the environment, the run history and the outputs"

run: $(STAMP) .dagster/dagster.yaml
	@$(BIN)/nianjian run --seeds "$(SEEDS)" --warehouse "$(WAREHOUSE)"

test: $(STAMP) lint
	@env -u DAGSTER_HOME $(BIN)/python -m pytest -q

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/mypy

dev: $(STAMP) .dagster/dagster.yaml
	@PYTHONWARNINGS="ignore:Function,ignore:Parameter" $(BIN)/dagster dev

# The server keeps its history in .dagster/, under the settings of the repository's dagster.yaml.
.dagster/dagster.yaml: dagster.yaml
	@mkdir -p .dagster
	@cp dagster.yaml $@

# uv installs the lock in seconds and is itself pinned there; where it cannot be had or cannot reach the
# package index that pip is configured for, pip does the same work more slowly.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "nianjian needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another one, for example: make PYTHON=python3.12 $(or $(MAKECMDGOALS),run)" >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing the locked packages into $(VENV) ..." >&2
	@awk '/^uv==/ {take=1} take {print} take && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.lock
	@if $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock >/dev/null 2>&1 \
	  && $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock 2>$(VENV)/uv.log; then \
	    $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	  else \
	    echo "uv could not do it (see $(VENV)/uv.log); installing with pip, which takes a minute or two ..." >&2; \
	    $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	    $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	  fi
	@touch $(STAMP)

# Hashes, no addresses: whoever installs uses the index that pip or uv is configured for.
lock:
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	"$$uv" pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --upgrade -o requirements.lock

clean:
	@rm -rf $(VENV) .dagster .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(WAREHOUSE) -mindepth 1 -not -name README.md -delete 2>/dev/null || true
