# `make up` and `make test` set up what they need; `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
TOOLS := $(VENV)/.tools-installed
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help up down status demo test lint format types bench mutation lock clean

help: ## Show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

# A new environment for each change of the lock: nothing that was dropped from it stays importable.
$(RUNTIME): local/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, and $(PYTHON) is %d.%d: make PYTHON=python3.13" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv package (python3-venv on Debian)" >&2; exit 1; }
	@echo "installing the dependencies into $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) local/requirements.txt
	@touch $@

$(TOOLS): tests/requirements.txt $(RUNTIME)
	@echo "installing the tools into $(VENV)"
	@$(INSTALL) tests/requirements.txt
	@touch $@

up: $(RUNTIME) ## Run the backend on the embedded AWS; PORT=, DETACH=1, KEEP=1, IDENTITY=cognito
	@$(BIN)/python -m local up $(if $(PORT),--port $(PORT)) $(if $(DETACH),--detach) $(if $(KEEP),--keep) $(if $(IDENTITY),--identity $(IDENTITY))

down: $(RUNTIME) ## Stop it
	@$(BIN)/python -m local down

status: $(RUNTIME) ## Tell whether it is up, and what is in it
	@$(BIN)/python -m local status

demo: $(RUNTIME) ## Run a scripted session and show what it leaves behind
	@$(BIN)/python -m local demo

test: $(TOOLS) ## Run all tests, with branch coverage of functions/ and infra/
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

lint: $(TOOLS) ## Check style, formatting and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports

format: $(TOOLS) ## Format, and mend what can be mended
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(TOOLS) ## Check the types, strictly
	@$(BIN)/mypy .

bench: $(TOOLS) ## Measure the figures that are reported
	@$(BIN)/python -m benchmarks

mutation: $(TOOLS) ## Mutate the core, and show what no test notices
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

lock: $(TOOLS) ## Lock the dependencies anew, with hashes
	@$(COMPILE) tests/requirements.in --output-file tests/requirements.txt
	@for each in . functions local ops; do \
		$(COMPILE) --constraint tests/requirements.txt $$each/requirements.in --output-file $$each/requirements.txt || exit 1; \
	done

clean: ## Remove everything that was built or installed
	@test ! -d $(VENV) || $(BIN)/python -m local down || true
	@rm -rf $(VENV) .build .local .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache mutants
