# Everything is set up by the first target that needs it: Python 3.11 or newer and a network are all it takes.
PYTHON ?= python3
BIN := .venv/bin
WEB := $(shell find dashboard/web -type f -not -path '*/node_modules/*' -not -name schema.d.ts)

.PHONY: setup demo test check bench picture pictures lock openapi diagram clean

setup: .venv/.installed

.venv/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Yihu needs Python 3.11 or newer; call make PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml $(WEB)
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	$(BIN)/yihu demo

test: setup
	$(BIN)/python dashboard/web/hatch_build.py run test
	$(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist loadfile --ignore tests/journeys
	$(BIN)/pytest tests/journeys

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/yihu bench detect
	$(BIN)/yihu bench load
	$(BIN)/yihu bench ingest
	$(BIN)/yihu bench city --for 60
	$(BIN)/yihu bench latency
	$(BIN)/yihu bench rates
	$(BIN)/yihu bench tickets
	$(BIN)/yihu bench stream
	$(BIN)/yihu bench wall
	$(BIN)/yihu bench accuracy --seeds 1 --quiet-hours 1

# the pictures of docs/screens.md, taken on the journeys through them
pictures: setup
	TZ=Asia/Shanghai YIHU_TEST_PICTURES=docs/screens $(BIN)/pytest -q tests/journeys/test_loop.py

# after a change of dependencies in pyproject.toml; needs uv
lock:
	uv pip compile pyproject.toml --extra up --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --output-file requirements.lock

# the picture that the README opens with, taken from the real wall
picture: setup
	TZ=Asia/Shanghai YIHU_TEST_PICTURE=docs/wall.jpg $(BIN)/pytest -q tests/journeys/test_demo.py -k wall_of_the_town

# after a change of the API: the front end's types are made from this document
openapi: setup
	$(BIN)/python -m dashboard.openapi > dashboard/web/openapi.json

# after a change of the transitions: the picture of a ticket's life
diagram: setup
	$(BIN)/python -m dispatch.diagram > docs/life.md

clean:
	rm -rf .venv dashboard/static dashboard/web/node_modules
