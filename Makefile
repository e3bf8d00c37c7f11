# make demo   install what grading needs, grade the example class, print the gradebook
# make test   install what the tests need beyond that, and run everything
# make audit  see whether the assignment's checks are fair (some two minutes)
# make bench  compare the speed with plain pytest and with a bare fork (some minutes)
# make bench-site  load the course site: a deadline minute, a quiz that loses its server (ten minutes)
# make bench-scale  compare a Dask cluster with processes of this machine, and measure what commands
#             cost on thousands of stored results (some minutes)
# make mutate change the modules that grades depend on, and see whether a test notices (an hour);
#             MODULES="wire sheets" takes some, CHANGED=main only the lines that differ from main

PYTHON ?= python3
BIN := .venv/bin
EXAMPLES := assignments/decoder-generation/examples/submissions
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

export PIP_CONSTRAINT := $(CURDIR)/constraints.txt

.PHONY: demo test audit bench bench-scale bench-site mutate format clean

demo: .venv/installed
	$(BIN)/grader batch $(EXAMPLES) -o demo-results --require-level none
	@echo
	@echo "That was the example class. What to type next:"
	@echo "  cd $(CURDIR)"
	@echo "  source .venv/bin/activate"
	@echo "  grader check $(EXAMPLES)/prompt-only-loop.ipynb    what a student reads"
	@echo "  grader batch YOUR-SUBMISSIONS -o RESULTS           your own class"
	@echo "  grader quiz take generation-loop                   a concept quiz"

# Slow tests install packages; they run where CI is true, and with `pytest -m slow`.
test: .venv/installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist worksteal $(if $(filter true,$(CI)),,-m "not slow")

audit: .venv/installed
	$(BIN)/grader audit

bench: .venv/installed-test
	$(BIN)/python tests/benchmark/run.py

bench-site: .venv/installed-test
	$(BIN)/python tests/benchmark/site.py

bench-scale: .venv/installed-test
	$(BIN)/python -m tests.benchmark.scale $(OPTIONS)

mutate: .venv/installed-test
	$(BIN)/python -m tests.mutation.run $(if $(CHANGED),--changed $(CHANGED)) $(OPTIONS) $(MODULES)

format: .venv/installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv demo-results build dist *.egg-info

.venv/installed: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) -e .
	@touch $@

.venv/installed-test: .venv/installed
	$(PIP) -e '.[test]'
	@touch $@

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or later is needed, and $(PYTHON) is older or missing."; \
	  echo "  Install it, or name it: make demo PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  rm -rf .venv; \
	  echo "Python's venv module is not complete here."; \
	  echo "  On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
