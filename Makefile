# The commands of this repository. `make` alone lists them.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help demo test lab site build lint bench image lock clean environment system
# nbgrader calls alembic by its bare name, and so must find the environment's.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: system ## one full round: build, hand in a made-up class, grade it, report
	@n2r demo

test: system ## everything CI checks: build --check, ruff, mypy, audit, pytest
	@tests/run.sh build lint audit pytest

lab: environment ## open the course in JupyterLab
	@n2r lab

site: environment ## build the course and its pages as a static site, build/site (minutes at first)
	@python -m autograder.site

build: environment ## make course/ from solutions/
	@n2r build

lint: environment ## ruff and mypy only
	@tests/run.sh lint

bench: system ## run the benchmarks and write tests/benchmarks/results.json
	@python tests/benchmarks/run.py

image: environment ## build the root of containers, to grade on macOS or with docker
	@python -m autograder.sandbox.image

lock: environment ## solve pyproject.toml's dependencies again (delete requirements.lock for all news)
	@uv pip compile pyproject.toml --extra grader --extra cluster --extra postgres --extra hub --extra site --extra dev --quiet \
	  --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --custom-compile-command 'make lock' --output-file requirements.lock
	@autograder/environment.sh

clean: ## remove the environment, caches and built notebooks of solutions/ (no gradebook, no class)
	@rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find autograder course solutions tests -name __pycache__ -prune -exec rm -rf {} +
	@find solutions -name '*.ipynb' -delete

environment: ## make .venv, and nothing else
	@autograder/environment.sh

system: ## make .venv, and install bubblewrap, chromium and libatomic1
	@autograder/environment.sh --system
