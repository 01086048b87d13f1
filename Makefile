# Everything a newcomer needs: `make run`, `make test`. `make help` lists the rest.

.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DAGSTER_HOME := $(CURDIR)

.PHONY: help run dev bench bench-large bench-pull test story scheduled secrets faults mixes ledger rounds crashes lint lock oracle pages peers spark spikes soak

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# A stamp per lock file: nothing is installed again until a lock or pyproject.toml changes.
$(VENV)/pip: ; @$(PYTHON) -m venv $(VENV) && touch $@

$(VENV)/runtime: requirements.txt pyproject.toml | $(VENV)/pip
	@echo "Installing what the pipeline needs (once) ..."
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/runtime
	@echo "Installing what tests and linters need (once) ..."
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/runtime  ## start the demo world, reconcile this morning, print the result
	@$(BIN)/recon demo --serve
	@$(BIN)/recon run crm_billing || [ $$? -eq 1 ]

# What the demo world asks for; variables that are set already win.
dev: export CRM_TOKEN := $(or $(CRM_TOKEN),demo-crm-token)
dev: export STRIPE_API_KEY := $(or $(STRIPE_API_KEY),sk_test_demo)
dev: $(VENV)/runtime  ## the Dagster UI and its daemon, on the same data
	@$(BIN)/recon demo --serve
	@$(BIN)/dagster dev -w workspace.yaml

BENCH_PEERS := polars pandas datacompy fastrecon reladiff
bench: $(VENV)/dev $(BENCH_PEERS:%=.peers/%/installed)  ## the comparison beside its limit and tools of others, and a whole daily run (half an hour)
	@$(BIN)/pytest -n 0 -m slow reconciliation_pipeline_tests/test_bench_compare.py
	@$(BIN)/python benchmarks/compare.py --rows 1000000 --publish docs/performance.md
	@$(BIN)/python benchmarks/morning.py --rows 1000000 --publish docs/performance.md

bench-large: $(VENV)/dev  ## the same at 10 and 50 million records a side, without the others (two hours, 40 GB of disk)
	@$(BIN)/python benchmarks/compare.py --large --publish docs/performance.md

.peers/dlt/installed: benchmarks/requirements-dlt.txt
	@echo "Installing dlt into a virtual environment of its own (once) ..."
	@$(PYTHON) -m venv --clear .peers/dlt
	@if .peers/dlt/bin/pip install -qq --disable-pip-version-check --require-hashes -r $<; then touch $@; \
	else echo "dlt cannot be installed from here: it is left out."; rm -rf .peers/dlt; fi

bench-pull: $(VENV)/dev .peers/dlt/installed  ## the pull beside a bare walk and dlt, its pace and its memory (half an hour)
	@$(BIN)/python benchmarks/pull.py --records 1000000 --publish docs/performance.md

test: $(VENV)/dev  ## every test but whole mornings through the command (some minutes)
	@$(BIN)/pytest

STORY := story other_data stopped backups secrets test_benchmarks.py
story: $(VENV)/dev  ## whole mornings through the command: the demo's story, other companies' systems (four minutes)
	@$(BIN)/pytest -m long $(STORY:%=reconciliation_pipeline_tests/%)

scheduled: $(VENV)/dev  ## mornings that a real daemon runs, misses and makes up for, and what is told of it (twelve minutes)
	@$(BIN)/pytest -n 0 -m slow reconciliation_pipeline_tests/scheduled

secrets: $(VENV)/dev  ## a canary in every place for a secret, on every path, and a search through every byte (eight minutes)
	@$(BIN)/pytest -n 0 -m slow reconciliation_pipeline_tests/secrets

faults: $(VENV)/dev  ## every fault of a server in every place; writes docs/reliability.md (half an hour)
	@$(BIN)/python -m reconciliation_pipeline_tests.faults.report faults

mixes: $(VENV)/dev  ## 10,000 mixes of faults at random; writes docs/reliability.md (an hour)
	@$(BIN)/python -m reconciliation_pipeline_tests.faults.report mixes

# Each in a virtual environment of its own. One that cannot be installed from here is left out, and its tests say so.
PEERS := localstripe vendor-clients airbyte-stripe tryton
.peers/%/installed: reconciliation_pipeline_tests/peers/requirements-%.txt
	@echo "Installing $* and all it needs, $$(grep -c '^[a-z].*==' $<) packages, into .peers/$* (once) ..."
	@$(PYTHON) -m venv --clear .peers/$*
	@if .peers/$*/bin/pip install -qq --disable-pip-version-check --require-hashes -r $<; then touch $@; \
	else echo "$* cannot be installed from here: its tests are skipped."; fi

# The same for tools that only the benchmark asks.
.peers/%/installed: benchmarks/requirements-%.txt
	@echo "Installing $* and all it needs, $$(grep -c '^[a-z].*==' $<) packages, into .peers/$* (once) ..."
	@$(PYTHON) -m venv --clear .peers/$*
	@if .peers/$*/bin/pip install -qq --disable-pip-version-check --require-hashes -r $<; then touch $@; \
	else echo "$* cannot be installed from here: it is left out."; rm -rf .peers/$*; fi

peers: $(VENV)/dev $(PEERS:%=.peers/%/installed)  ## tests with systems and clients nobody here wrote (docs/peers.md)
	@$(BIN)/pytest -rs --durations 10 -m peers reconciliation_pipeline_tests/peers reconciliation_pipeline_tests/connectors

spark: export PYTHONPATH := $(CURDIR)/.peers/spark/lib/$(shell $(PYTHON) -c 'import sys; print("python%d.%d" % sys.version_info[:2])')/site-packages
spark: $(VENV)/dev .peers/spark/installed  ## the comparison on Spark against DuckDB's, on every rule; needs Java 17 (minutes)
	@$(BIN)/pytest -n 0 -m slow -rs reconciliation_pipeline_tests/spark

oracle: $(VENV)/dev  ## the comparison against a plain oracle, 100,000 random pairs of sides (under ten minutes)
	@$(BIN)/pytest -n 0 -m slow reconciliation_pipeline_tests/compare

ledger: $(VENV)/dev  ## since when, clocks, a year of losses, and what a year costs; writes docs/reliability.md (ten minutes)
	@$(BIN)/python -m reconciliation_pipeline_tests.ledger.report

spikes: $(VENV)/dev  ## how often the alarm of spikes rings for nothing, and how late; writes docs/reliability.md (ten minutes)
	@nice $(BIN)/python benchmarks/spikes.py --publish docs/reliability.md

rounds: $(VENV)/dev  ## two to eight processes at once on one morning, 200 times on each database; writes docs/reliability.md (ten minutes)
	@$(BIN)/python -m reconciliation_pipeline_tests.rounds.report

crashes: $(VENV)/dev  ## kill -9 and every fault at every write and every call, on both databases; writes docs/reliability.md (an hour)
	@$(BIN)/python -m reconciliation_pipeline_tests.crashes.report

# As the lock file names it, with its hash; where npm or the registry is missing, its tests are skipped.
.peers/axe/installed: reconciliation_pipeline_tests/pages/package-lock.json
	@echo "Installing axe-core into .peers/axe (once) ..."
	@mkdir -p .peers/axe && cp $(<D)/package.json $< .peers/axe/
	@if npm ci --silent --ignore-scripts --prefix .peers/axe; then touch $@; else echo "axe-core cannot be installed from here."; fi

pages: $(VENV)/dev .peers/axe/installed  ## the report in a real browser: accessibility, and 20,000 differences (needs Chromium; a minute)
	@$(BIN)/pytest -n 0 -m "slow or not slow" -rs reconciliation_pipeline_tests/pages

soak: $(VENV)/dev  ## 400 demo mornings in a row in one process; writes docs/reliability.md and its chart (half an hour)
	@nice $(BIN)/python -m reconciliation_pipeline_tests.soak.report

lint: $(VENV)/dev  ## ruff (all rules) and mypy (strict)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lock: $(VENV)/dev  ## compile the lock files from pyproject.toml (needs uv on the PATH)
	uv pip compile -q pyproject.toml --extra build --generate-hashes --no-emit-index-url --no-strip-extras --no-header --python-version 3.11 -o requirements.txt
	uv pip compile -q pyproject.toml --extra build --extra dev --generate-hashes --no-emit-index-url --no-strip-extras --no-header --python-version 3.11 -c requirements.txt -o requirements-dev.txt
