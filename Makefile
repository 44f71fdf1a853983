# Everything one does here, by name: `make help` lists it.
#
# A step of set-up leaves a stamp in .venv/stamps and is done again only when what it reads has
# changed, so that the second time takes no time.
.POSIX:
.SUFFIXES:
.PHONY: help run test test-long lint bench evaluate setup chromium clean-demo lock

BIN = .venv/bin
STAMPS = .venv/stamps
PIP = $(BIN)/python -m pip --disable-pip-version-check -qq

help: ## list what can be asked
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile \
	| while IFS='|' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

run: setup ## set up, then serve the demo region on 127.0.0.1:8080 until Ctrl-C
	@exec $(BIN)/naober demo

test: $(STAMPS)/others chromium ## every test but the long ones, on a real PostgreSQL
	@exec $(BIN)/pytest -rs

test-long: $(STAMPS)/others chromium ## the tests that take minutes
	@exec $(BIN)/pytest -rs -m long

lint: setup ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: setup ## measure speed: ours, the floor, their ratio
	@exec $(BIN)/python tests/bench/run.py

evaluate: setup ## measure the safety of triage: real patients, vignettes, docs/safety.md
	@exec $(BIN)/python tests/evaluate/measure.py

clean-demo: setup ## stop the demo's database and delete its data
	@exec $(BIN)/naober clean-demo

setup: $(STAMPS)/assets ## only the set-up, which the others do themselves

lock: ## choose dependencies anew and write requirements.lock and assets.lock
	python3 -m venv .cache/uv
	.cache/uv/bin/python -m pip --disable-pip-version-check --quiet install uv
	UV_CUSTOM_COMPILE_COMMAND='make lock' .cache/uv/bin/uv pip compile --quiet --upgrade \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --extra dev pyproject.toml -o requirements.lock
	UV_CUSTOM_COMPILE_COMMAND='make lock' .cache/uv/bin/uv pip compile --quiet --upgrade \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate assets.in -o assets.lock

# -- set-up ------------------------------------------------------------------------------------

$(STAMPS)/venv:
	@echo 'set-up 1/3 virtual environment'
	@sh .ci/venv .venv
	@mkdir -p .cache $(STAMPS) && touch $@

$(STAMPS)/packages: $(STAMPS)/venv requirements.lock pyproject.toml
	@echo 'set-up 2/3 packages (requirements.lock, each checked against its hash)'
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/assets: $(STAMPS)/packages package-lock.json assets.lock coordination/web/assets.py
	@echo 'set-up 3/3 what the pages need in a browser (package-lock.json)'
	@command -v npm >/dev/null 2>&1 || $(PIP) install --require-hashes -r assets.lock
	@if $(BIN)/python -m coordination.web.assets; then touch $@; else test "$$CI" != true; fi

# A client and a judge that others wrote in JavaScript, for the tests alone: without them those
# tests are left out, and say so.
$(STAMPS)/others: $(STAMPS)/assets tests/others/package-lock.json tests/others/fetch.py
	@echo "for the tests: others' software (tests/others/package-lock.json)"
	@if $(BIN)/python tests/others/fetch.py; then touch $@; else test "$$CI" != true; fi

# The browser tests drive Debian's Chromium. Without one they are left out, and say so; with
# CI=true a test that is left out is a failure.
chromium:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		if command -v $$name >/dev/null 2>&1; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo 'installing Debian package chromium for the browser tests'; \
		{ apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } \
			>/dev/null 2>&1 && exit 0; \
	fi; \
	echo 'no Chromium here: the browser tests are left out (Debian: apt-get install chromium)'
