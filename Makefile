# Two commands for a newcomer: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps

.PHONY: demo test bench lint format test-lang lock clean help

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMPS)/venv:
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements.lock pyproject.toml
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps -e .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements-dev.lock
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(STAMPS)/run ## the main job end to end against the bundled simulators, over real mutual TLS
	$(BIN)/oso-gateway demo

test: $(STAMPS)/dev ## install what tests need and run them all
	$(BIN)/python tests/benodigdheden.py
	$(BIN)/python -m pytest -n 3 --dist loadscope --durations=15 -m "not lang"

bench: $(STAMPS)/dev ## measure; prints gehaald / niet gehaald per target
	$(BIN)/python tests/benodigdheden.py --bench
	$(BIN)/python -m bench

lint: $(STAMPS)/dev ## formatter, linter, type checker, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMPS)/dev ## let the formatter and linter mend what they can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-lang: $(STAMPS)/dev ## what takes long: fuzzing and long state machines; not in CI
	$(BIN)/python -m pytest -m lang
	$(BIN)/python -m pip install -q "atheris>=2.3"
	@for doel in xml zip archief json; do echo "fuzz $$doel"; $(BIN)/python tests/lang/fuzz.py $$doel || exit 1; done

lock: $(STAMPS)/dev ## pin all dependencies anew, with hashes
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock

clean: ## remove what make made
	rm -rf $(VENV) $(STAMPS) .mypy_cache .ruff_cache .pytest_cache .hypothesis
