# make lab: learn.  make test: check everything.  The rest is for contributors (CONTRIBUTING.md).
PYTHON ?= python3
EXTRAS ?= test
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

# one more than processors: a worker waits for kernels and browsers a sixth of its time
WORKERS = $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

.PHONY: lab test build build-check lint bench mutation-report clean

lab: .venv/lab.done
	$(BIN)/bpkit lab

# compiled modules are kept, whatever the environment says: the tests start Python hundreds of times
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/$(EXTRAS).done
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

build: .venv/$(EXTRAS).done
	$(BIN)/bpkit build

build-check: .venv/$(EXTRAS).done
	$(BIN)/bpkit build --check

lint: .venv/$(EXTRAS).done
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/$(EXTRAS).done
	$(BIN)/python -m bpkit.bench

mutation-report: .venv/$(EXTRAS).done
	$(BIN)/python -m bpkit.exercises.report

clean:
	rm -rf .venv dist build

.venv/lab.done: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/$(EXTRAS).done: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[$(EXTRAS)]"
	@touch $@
