# Everything that a checkout needs, from nothing: `make help` lists the commands.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
SAMPLE ?= sample_manifests/online-shop

# The newest Python that the locks are made for and that can make environments; `make run PYTHON=...` chooses another.
USABLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3; do \
	if $$python -c '$(USABLE)' >/dev/null 2>&1; then echo $$python; break; fi; done)

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE_ANY := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options
COMPILE := $(COMPILE_ANY) --build-deps-for wheel
FUZZ_NEEDS := $(BIN)/python -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["fuzz"], sep="\n")'

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
QUICK ?=
LOCKS ?= .
SECONDS ?= 600
.PHONY: help run test lint soak fuzz bench promises pictures lock upgrade audit clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## open the dashboard on this computer with a sample loaded (SAMPLE=path for other manifests)
	$(BIN)/netviz serve $(SAMPLE)

# Each step runs even if one before it failed, so that one run shows all that is wrong.
test: $(VENV)/.installed-dev ## run every check and every test
	@status=0; \
	step() { echo "$$*"; "$$@" || status=1; }; \
	step $(BIN)/ruff check .; \
	step $(BIN)/mypy; \
	step $(BIN)/pytest -q -n auto --ignore=tests/app --ignore=tests/browser; \
	step $(BIN)/pytest -q -rs tests/app tests/browser; \
	exit $$status

lint: $(VENV)/.installed-dev ## run the static checks only
	$(BIN)/ruff check .
	$(BIN)/mypy

soak: $(VENV)/.installed-dev ## run the property tests with many more examples, and the tests that take minutes
	$(BIN)/pytest -q -n auto --ignore=tests/app --ignore=tests/browser -m "soak or not soak" --hypothesis-profile=soak

fuzz: $(VENV)/.installed-fuzz ## fuzz the reading of untrusted input, guided by coverage (SECONDS=600)
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

bench: $(VENV)/.installed-dev ## measure speed and size beside the goals, and note the figures in bench/history.jsonl (QUICK=1: small sizes)
	$(BIN)/python -m bench.run $(if $(QUICK),--quick)

promises: $(VENV)/.installed-dev ## run the tests that keep the promises, and write docs/promises.md from what they measure
	NETVIZ_REQUIRE_BROWSER=1 $(BIN)/pytest -q -m "" --promises=docs/promises.md

pictures: $(VENV)/.installed-dev ## make the pictures of the README anew (needs Chromium)
	$(BIN)/python docs/make_pictures.py

lock: $(VENV)/.installed-dev ## write the lock files anew after a change of pyproject.toml; versions stay where they can
	$(COMPILE) --output-file $(LOCKS)/requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint $(LOCKS)/requirements.lock --output-file $(LOCKS)/requirements-dev.lock pyproject.toml
	$(FUZZ_NEEDS) | $(COMPILE_ANY) --output-file $(LOCKS)/requirements-fuzz.lock -
	$(COMPILE_ANY) --output-file $(LOCKS)/requirements-audit.lock .ci/audit.in

upgrade: $(VENV)/.installed-dev ## write the lock files anew with the newest versions
	$(COMPILE) --upgrade --output-file requirements.lock pyproject.toml
	$(COMPILE) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(FUZZ_NEEDS) | $(COMPILE_ANY) --upgrade --output-file requirements-fuzz.lock -
	$(COMPILE_ANY) --upgrade --output-file requirements-audit.lock .ci/audit.in

audit: $(VENV)/.installed-dev ## look for known weaknesses in the locked versions, and for a lock that is not current
	@status=0; \
	$(BIN)/python .ci/lock.py || status=1; \
	$(BIN)/python .ci/audit.py requirements-dev.lock || status=1; \
	exit $$status

clean: ## remove the environment and everything that was generated
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find netviz tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say which lock an environment was made from; they are newer than it, or the step runs again.
# setuptools comes from the lock too, so that building the package fetches nothing that has no hash; what it warns of,
# folders that hide an installed package, is what an editable installation is for.
define install
	@$(MAKE) --no-print-directory environment
	$(PIP_INSTALL) --require-hashes --requirement $(1)
	PYTHONWARNINGS="ignore:Editable installation" $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(VENV)/.installed: requirements.lock pyproject.toml
	$(call install,requirements.lock)

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)

$(VENV)/.installed-fuzz: requirements-fuzz.lock $(VENV)/.installed-dev
	$(PIP_INSTALL) --require-hashes --requirement requirements-fuzz.lock
	@touch $@

# An environment that works is kept; one that is half made, or whose Python is gone, is made again.
.PHONY: environment
environment:
	@if $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then exit 0; fi; \
	if [ -z "$(PYTHON)" ]; then \
		if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			echo "netviz: python3 cannot make environments: on Debian or Ubuntu, apt install python3-venv" >&2; \
		else \
			echo "netviz: needs Python 3.11 or newer: on Debian or Ubuntu, apt install python3 python3-venv;" \
				"or name one: make run PYTHON=/path/to/python3" >&2; \
		fi; exit 1; \
	fi; \
	if ! $(PYTHON) -c '$(USABLE)' >/dev/null 2>&1; then \
		echo "netviz: $(PYTHON) is not a Python 3.11 or newer that can make environments:" \
			"on Debian or Ubuntu, apt install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$($(PYTHON) --version)"; \
	$(PYTHON) -m venv --clear $(VENV) || \
		{ echo "netviz: no environment could be made: on Debian or Ubuntu, apt install python3-venv" >&2; exit 1; }
