# What a person types. Every target sets its environment up first; nothing is installed by hand.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.DELETE_ON_ERROR:
.PHONY: run demo demo-vouchers test check format lint types contracts coverage generated bench bench-large fuzz mutants browser-test openapi migrate requirements clean

run: $(READY)           ## serve: embedded PostgreSQL and Redis, migrations, demo region, API and worker
	$(BIN)/xuetu run

demo: $(READY)          ## the 启东市 case over HTTP against a stack of its own
	$(BIN)/xuetu demo

demo-vouchers: $(READY) ## a voucher project over HTTP, from its approval to a paid settlement
	$(BIN)/xuetu demo-vouchers

test: $(READY_DEV)      ## every test, on real PostgreSQL and Redis
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

check: format lint types contracts generated test   ## what CI runs, in the same order

format: $(READY_DEV)
	$(BIN)/ruff format --check .

lint: $(READY_DEV)
	$(BIN)/ruff check .

types: $(READY_DEV)
	$(BIN)/mypy

contracts: $(READY_DEV)
	$(BIN)/lint-imports

generated: $(READY_DEV) ## generated files equal what is committed
	$(BIN)/xuetu generate . > /dev/null
	git diff --exit-code -- openapi docs/states.md

bench: $(READY_DEV)     ## speed, as ratios in one run
	$(BIN)/python -m tests.bench

bench-large: $(READY_DEV)  ## the queue pages among ten million people; hours, and tens of gigabytes
	XUETU_BENCH_QUEUE_PEOPLE=10000000 $(BIN)/python -m tests.bench queues

fuzz: $(READY_DEV)      ## schemathesis as people of every role, after every road; FUZZ="--everybody" for all of it
	$(BIN)/python -m tests.fuzz $(FUZZ)

mutants: $(READY_DEV)   ## mutate the money modules against the unit tests; at least 90 % must die
	$(BIN)/python -m tests.mutants

browser-test: $(READY_DEV)  ## the documentation page in headless Chromium (Debian's chromium)
	$(BIN)/pytest -m browser tests/browser

openapi: $(READY_DEV)   ## write the generated files
	$(BIN)/xuetu generate .

migrate: $(READY)       ## migrate the database of XUETU_MIGRATION_DATABASE_URL
	$(BIN)/xuetu db upgrade

requirements:           ## lock again (needs uv); no index address is written
	for name in runtime dev; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --custom-compile-command "make requirements" \
	  requirements/$$name.in -o requirements/$$name.txt; done

clean:
	rm -rf $(VENV) .data mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The project itself is installed without its dependencies: they come locked, with hashes.
$(READY): requirements/runtime.txt requirements/fonts.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/fonts.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(READY_DEV): requirements/dev.txt $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@
