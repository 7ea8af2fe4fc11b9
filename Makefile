# Everything a newcomer and a developer need. `make up` is the one command to remember.
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
  $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
BIN := .venv/bin
ARGS ?=

.PHONY: help install up test test-long check bench screenshots clean

help:
	@echo 'make up           start everything here and print the address of the wall (ARGS="--port 8051" adds options)'
	@echo 'make install      make .venv and install Emberwatch into it'
	@echo 'make test         check, then all tests with coverage (under ten minutes)'
	@echo 'make test-long    the tests that take longer'
	@echo 'make check        lint, format, types, direction of imports'
	@echo 'make bench        measure this machine; plots in build/bench.html'
	@echo 'make screenshots  take the pictures of the README'
	@echo 'make clean        remove what can be made again; data/ and .venv stay'

install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed; name it with make PYTHON=/path/to/python3'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo 'Python came without venv; on Debian and Ubuntu: apt-get install python3-venv'; exit 1; }
	@echo 'Installing into .venv, about a minute the first time …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.installed-test: .venv/.installed tests/install.sh
	@echo 'Installing what the tests need …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@sh tests/install.sh
	@touch $@

up: install
	@$(BIN)/emberwatch up $(ARGS)

check: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	rm -f .coverage .coverage.*
	$(BIN)/python tests/lanes.py $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage json --quiet -o .coverage.json
	$(BIN)/python tests/coverage_gate.py .coverage.json app/domain=95 ingest=95 alerts=95

test-long: .venv/.installed-test
	@sh tests/install_long.sh
	$(BIN)/python -m pytest -m long --timeout 1800 $(ARGS)

bench: .venv/.installed-test
	@mkdir -p build
	@$(BIN)/emberwatch bench --html build/bench.html $(ARGS)

screenshots: .venv/.installed-test
	$(BIN)/python -m docs.screenshots $(ARGS)
	$(BIN)/python -m docs.crisis_pictures

clean:
	rm -rf build dist screenshots .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find app ingest alerts dashboard benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +
