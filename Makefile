# Everything below works on a fresh Debian 12 with Python 3.11 and make; see README.md.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 3

.PHONY: run test test-long bench check lock

run: $(VENV)/.installed
	@HATCHERY_PORT="$${PORT:-$${HATCHERY_PORT:-8000}}" exec $(BIN)/hatchery serve

test: $(VENV)/.test-installed
	@ops/install_test_tools.sh
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

# What takes too long for every change: hundreds of kills, thousands of mutants. Prints its figures at the end.
test-long: $(VENV)/.test-installed
	@ops/install_test_tools.sh
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m long

# Everything takes about three quarters of an hour; ONLY="p1 p5" and MINUTES=1 make it shorter.
bench: $(VENV)/.test-installed
	@ops/install_test_tools.sh
	$(BIN)/python -m bench $(ONLY) $(if $(MINUTES),--minutes $(MINUTES))

check: $(VENV)/.test-installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Resolve the dependencies anew. Versions that are locked stay unless pyproject.toml asks for others;
# `make lock UPGRADE=--upgrade` takes the newest. 3.11.2 is the Python of Debian 12: it needs a package more.
lock:
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PYTHON) -m venv "$$folder" && "$$folder/bin/pip" --quiet install uv && \
	echo setuptools > "$$folder/build.in" && \
	compile="$$folder/bin/uv pip compile pyproject.toml $$folder/build.in --python-version 3.11.2 --quiet \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header $(UPGRADE)" && \
	$$compile -o requirements.lock && \
	$$compile --extra test -o requirements-test.lock

# The stamps make a second run start at once.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-build-isolation --no-deps --no-index --editable .
	@touch $@

$(VENV)/.test-installed: requirements-test.lock $(VENV)/.installed
	$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

$(BIN)/python:
	@ops/install_python.sh $(PYTHON)
	$(PYTHON) -m venv $(VENV)
