# Everything a newcomer needs: `make demo` to look, `make test` to change.
.DEFAULT_GOAL := help
PORT ?= 8000

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

demo:  ## run everything on this machine with demo data
	@sh scripts/setup.sh requirements.txt
	@exec .venv/bin/python manage.py demo --port $(PORT)

test: tools  ## every check and test this machine can run
	@.venv/bin/python scripts/test.py

check: tools  ## the fast checks only: style, layers, types, settings, texts
	@.venv/bin/python scripts/test.py --checks-only

format: tools  ## put the code into its standard form
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format --quiet .

messages: tools  ## collect texts and compile the catalogues (needs gettext)
	.venv/bin/python scripts/messages.py

screenshots: tools  ## make the pictures in docs/ anew (needs Chromium)
	.venv/bin/python scripts/screenshots.py

bench-search: tools  ## how fast a search among 100,000 names is (needs PostgreSQL)
	.venv/bin/python scripts/bench_search.py

bench-list: tools  ## how fast the list of 100,000 customers is (needs PostgreSQL)
	.venv/bin/python scripts/bench_list.py

bench-seed: tools  ## rows a second of the demo data generator (needs PostgreSQL)
	.venv/bin/python scripts/bench_seed.py

bench-duplicates: tools  ## how long looking for duplicates among 100,000 customers takes (needs PostgreSQL)
	.venv/bin/python scripts/bench_duplicates.py

bench-tiers: tools  ## how long a simulation of tier rules takes (needs PostgreSQL)
	.venv/bin/python scripts/bench_tiers.py

vendor:  ## copy the browser libraries from npm into static/vendor (needs Node)
	npm ci --ignore-scripts --no-audit --no-fund
	python3 scripts/vendor.py

tools:
	@sh scripts/setup.sh requirements-dev.txt

.PHONY: help demo test check format messages screenshots bench-search bench-list bench-seed bench-duplicates bench-tiers vendor tools
