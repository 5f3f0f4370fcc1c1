# The two commands of the README, and what developers run. Each makes the environment it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CORES ?= all

.PHONY: help reproduce test test-slow lint docs clean
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

reproduce: $(VENV)/runtime ## run the default experiment and write its report
	$(BIN)/snakemake --cores $(CORES)
	@echo "Done: open results/figures/lorenz/report.html"

test: $(VENV)/dev ## run the tests
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadgroup

test-slow: $(VENV)/dev ## run the tests that take longer
	$(BIN)/python -m pytest -m slow -n 2 --dist loadgroup

lint: $(VENV)/dev ## format, style, types, workflow
	$(BIN)/pre-commit run --all-files

docs: $(VENV)/docs ## build the documentation, build/docs/index.html
	$(BIN)/sphinx-build -q -W --keep-going -j auto docs build/docs

clean: ## delete the environment (never results)
	rm -rf $(VENV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "tausweep needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps are newer than the lists they were made from, or the environment is brought up to date.
$(VENV)/runtime: envs/requirements.txt pyproject.toml $(wildcard src/tausweep/engines/fused/*.[ch]) | $(BIN)/python
	$(PIP) install -r envs/requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@echo "Engines that can train here:"; $(BIN)/tausweep engines
	@touch $@

$(VENV)/dev: envs/dev.txt $(VENV)/runtime
	$(PIP) install -r envs/dev.txt
	@touch $@

$(VENV)/docs: envs/docs.txt $(VENV)/runtime
	$(PIP) install -r envs/docs.txt
	@touch $@
