# `make up` and `make test` set up what they need; `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
TOOLS := $(VENV)/.tools-installed
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes \
	--no-strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version

.DEFAULT_GOAL := help
.PHONY: help up down status logs chat voice demo cost test clocks faults fuzz lint secrets format types audit bench mutation steady lock clean

# What looks like a secret and is none: the emulator's key, the alphabet of ULIDs, the signatures by which Pulumi
# marks a value, ids in recorded events, and a cursor. It is named by value: no file and no kind of secret goes unseen.
HARMLESS := ^(test|0123456789ABCDEFGHJKMNPQRSTVWXYZ|4dabf18193072939515e22adb298388d|1b47061264138c4ac30d75fd1eb44270|a1b2c3d4e5|7de3041dd709b024af6f29e4fa13d34[01]|Bh6DNc9zlWvbxJ3MWyJ0cmlwLXRvLWxpc2JvbiIsMTc5NTQyNjU1MDE1MV0)$$
NOVA := functions/layers/nova
LOCKED := . functions functions/layers/voice functions/layers/nova local local/voice ops policies tests tests/nova

help: ## Show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

# A new environment for each change of the lock: nothing that was dropped from it stays importable.
$(RUNTIME): local/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, and $(PYTHON) is %d.%d: make PYTHON=python3.13" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv package (python3-venv on Debian)" >&2; exit 1; }
	@echo "installing the dependencies into $(VENV)"
	@rm -rf $(VENV)  # with its stamps first of all: what is interrupted is begun anew
	@$(PYTHON) -m venv $(VENV)
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

logs: $(RUNTIME) ## Show what the functions have logged; FOLLOW=1, ID= (a correlation id, or a connection's)
	@$(BIN)/python -m local logs $(if $(FOLLOW),--follow) $(if $(ID),--id '$(ID)')

chat: $(RUNTIME) ## Chat with the backend that is up; SESSION= (a second screen), WHO= (who you are)
	@$(BIN)/python -m local chat $(if $(SESSION),--session '$(SESSION)') $(if $(WHO),--as '$(WHO)')

voice: $(RUNTIME) ## Talk to the backend that is up, by the microphone or FILE= (a WAV); ANSWER= (where the answer goes), VOICE=, SESSION=, WHO=
	@$(BIN)/python -m local voice $(if $(FILE),--file '$(FILE)') $(if $(ANSWER),--answer '$(ANSWER)') $(if $(VOICE),--voice '$(VOICE)') $(if $(SESSION),--session '$(SESSION)') $(if $(WHO),--as '$(WHO)')

demo: $(RUNTIME) ## Run a scripted session and show what it leaves behind
	@$(BIN)/python -m local demo

cost: $(RUNTIME) ## Print what a stack costs, idle and by the million; STACK= (dev)
	@$(BIN)/python -m cost $(if $(STACK),--stack $(STACK))

test: $(TOOLS) ## Run all tests, with branch coverage of functions/ and infra/
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

# Dates rot: what a test needs expires, or has not begun. The clock is shifted for all that the tests start, but for
# DynamoDB Local. What pip fetches over TLS comes first, by the machine's clock, as certificates know the date. The
# monotonic clock is not shifted (the variables of python-libfaketime say so): threads would wait for it for days.
CLOCKS := +120d +5y -1y
clocks: $(TOOLS) ## Run the tests with the clock 120 days and 5 years ahead, and a year behind
	@$(BIN)/python -m pytest --quiet tests/infra/test_stacks.py
	@$(BIN)/python -m tests.nova.newer
	@eval "$$($(BIN)/python-libfaketime)"; for each in $(CLOCKS); do \
		echo "the clock at $$each"; \
		FAKETIME="$$each" $(BIN)/python -m pytest -n 2 --dist loadfile \
			--ignore tests/infra/test_packaging.py || exit 1; \
	done

faults: $(TOOLS) ## Play 1,000 seeded histories of faults, and find the bugs seeded on purpose
	@$(BIN)/python -m tests.faults

lint: $(TOOLS) secrets ## Check style, formatting and the direction of imports, and find secrets
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports

# Nothing is asked of a network. Where there is no git, all files are read that are not hidden.
secrets: $(TOOLS) ## Find secrets in the files of the repository
	@{ git ls-files -z || find . -name '.?*' -prune -o -name __pycache__ -prune -o -type f -print0; } 2>/dev/null | \
		xargs -0 -n 100 -P 2 $(BIN)/detect-secrets-hook --no-verify \
		--exclude-secrets '$(HARMLESS)' --exclude-lines '^    --hash=sha256:[0-9a-f]{64}( \\)?$$'

format: $(TOOLS) ## Format, and mend what can be mended
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(TOOLS) ## Check the types, strictly
	@$(BIN)/mypy . .github/scripts

# AUDIT adds options, such as another service; every file is asked about, whatever the one before it said.
audit: $(TOOLS) ## Ask the vulnerability service about every locked dependency
	@failed=0; for each in $(LOCKED); do \
		$(BIN)/pip-audit --strict --disable-pip --require-hashes $(AUDIT) --requirement $$each/requirements.txt || failed=1; \
	done; exit $$failed

bench: $(TOOLS) ## Measure the figures that are reported
	@$(BIN)/python -m benchmarks

fuzz: $(TOOLS) ## Try 100,000 hostile inputs on every way in; INPUTS=, SEED=
	@$(BIN)/python -m tests.fuzz $(if $(INPUTS),--inputs $(INPUTS)) $(if $(SEED),--seed $(SEED))

# The core is mutated whole, by mutmut. The other rooms have tests that share what is slow to make: a sample of
# changes is tried there, each on the tests that run its line.
mutation: $(TOOLS) ## Change the core, or ROOM=infra|packaging|aws|operations|ops|local, and show what no test notices; SAMPLE=, SEED=
ifdef ROOM
	@$(BIN)/python -m tests.mutation $(ROOM) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))
else
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results
endif

steady: $(TOOLS) ## Run the tests that have processes, stores and waiting five times, with both cores busy; TIMES=
	@$(BIN)/python -m tests.steady $(if $(TIMES),--times $(TIMES))

lock: $(TOOLS) ## Lock the dependencies anew, with hashes
	@$(COMPILE) 3.11 tests/requirements.in --output-file tests/requirements.txt
	@for each in $(filter-out tests $(NOVA) tests/nova,$(LOCKED)); do \
		$(COMPILE) 3.11 --constraint tests/requirements.txt $$each/requirements.in --output-file $$each/requirements.txt || exit 1; \
	done
	@for each in $(NOVA) tests/nova; do \
		$(COMPILE) 3.12 --constraint tests/requirements.txt --excludes $(NOVA)/excluded.in $$each/requirements.in --output-file $$each/requirements.txt || exit 1; \
	done

clean: ## Remove everything that was built or installed
	@test ! -d $(VENV) || $(BIN)/python -m local down || true
	@rm -rf $(VENV) policies/.venv .build .local .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache mutants
