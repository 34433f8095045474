# On a machine with Python 3.11+, git and make, each target sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-slow fuzz lab bench check lock requirements clean

demo: .venv/.done
	$(BIN)/kit demo demo --branches 6 --customers 5000
	$(BIN)/kit run demo --out reports/demo --fresh

test: .venv/.done
	$(BIN)/python -m pytest -n auto --dist worksteal

# What a test run only samples: each column left out by itself, every law with 150 examples, edges in both languages.
test-slow: .venv/.done
	$(BIN)/python -m pytest -n auto --dist worksteal -m "slow or hypothesis" --hypothesis-profile=slow

# Any table in any layout, form and style, read again: 10,000 of them instead of the 25 of a test run.
fuzz: .venv/.done
	$(BIN)/python -m pytest --hypothesis-profile=fuzz tests/intake/test_any_layout.py tests/demo/test_mess.py

lab: .venv/.done
	@test -d reports/demo/data || $(MAKE) demo
	$(BIN)/kit lab demo

bench: .venv/.done
	$(BIN)/python -m benchmarks

# Linters, types, layers, stripped notebooks: what CI holds the code to, beside the tests.
check: .venv/.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

.venv/.done: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; you can say: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The pins anew, for every platform; no index address is written. Needs uv.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --upgrade --quiet -o requirements.lock
	$(PYTHON) .ci/lock.py

# Where each requirement is computed, shown and tested: docs/requirements.md.
requirements:
	$(PYTHON) .ci/requirements.py

clean:
	rm -rf .venv demo reports/demo
