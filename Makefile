# Everything runs from .venv, which the first target makes; nothing is installed anywhere else.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# A third of the suite waits for servers and clocks: half as many processes again as there are processors.
WORKERS ?= $(shell echo $$(( $$(nproc) * 3 / 2 )))

.PHONY: demo test run check bench bench-rules fuzz soak mutants format docs lock clean

demo: .venv/.run        ## the real daemon on loopback, real mails, a table of what became of them (ARGS=--exit)
	$(BIN)/maild demo $(ARGS)

test: .venv/.dev        ## the whole test suite, on SQLite and PostgreSQL
	$(BIN)/python -m compileall -q maild   # the tests start maild hundreds of times
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

run: .venv/.run         ## the daemon with config/maild.yaml
	$(BIN)/maild serve --migrate --settings config/maild.yaml $(ARGS)

check: .venv/.dev       ## ruff, mypy --strict, the import rule
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/python -m pytest -q tests/test_architecture.py

bench: .venv/.dev       ## against Postfix and django-helpdesk, side by side; writes bench/results/
	$(BIN)/python -m bench $(ARGS)

bench-rules: .venv/.dev ## a thousand rules on a mail, a replay, loading, examples; writes bench/results/
	$(BIN)/python -m bench.rules $(ARGS)

fuzz: .venv/.dev        ## a million broken mails to the reader, 50,000 to a daemon (ARGS="--mails N --daemon M --from N")
	$(BIN)/python -m tests.hostile.fuzz $(ARGS)

soak: .venv/.dev        ## mailboxes cut, hung and renumbered; nodes frozen; listeners besieged; a restore drill (ARGS="imap nodes …")
	$(BIN)/python -m tests.soak $(ARGS)

mutants: .venv/.dev     ## small faults put into the modules that trust rests on: would the tests notice? (ARGS="maild.decide.told.tokens …")
	$(BIN)/python -m tests.mutants $(ARGS)

format: .venv/.dev
	$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

docs: .venv/.dev        ## write config/REFERENCE.md from the code, print the README's table of states
	$(BIN)/python -m tests.test_documented

lock: .venv/.dev        ## renew the pinned requirements from requirements/*.in (needs uv)
	cd requirements && for name in run dev; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --no-annotate $$name.in --output-file $$name.txt; done

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.run: requirements/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.dev: requirements/dev.txt .venv/.run
	$(PIP) --require-hashes -r requirements/dev.txt
	touch $@
