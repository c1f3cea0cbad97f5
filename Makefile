# `make` shows what there is. Works with GNU make 3.81 (macOS) and later.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

# Which Python builds .venv: default is the first of python3, python3.13, ... that is 3.11 or newer.
PYTHON ?=
# Passed to the command of a target, as in: make test ARGS="-k settings"
ARGS ?=
export PYTHON

# The project's own Python and Node come first, and no setting made for another project reaches them. Bytecode is
# always written: without it every run would compile what it imports once more.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

ENSURE := @tools/setup/ensure
PY := @.venv/bin/python

.PHONY: help
help: ## Show this menu
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: dev ## Install everything that synth and test need (they do so themselves)

.PHONY: synth
synth: packages ## Write the Terraform of every stack to cdktf.out
	$(PY) main.py

# A process for each processor, which is worth it for a full run only; tests/conftest.py says what stays together.
ON_ALL := --numprocesses=auto --dist=loadgroup

# A run of some tests (ARGS) can't cover everything, so only the full run must reach the threshold.
.PHONY: test
test: dev ## Run unit and snapshot tests, show coverage
	$(PY) -m pytest $(if $(ARGS),$(ARGS),$(ON_ALL) --cov --cov-report=)
ifeq ($(strip $(ARGS)),)
	$(PY) -m coverage report
	@echo "At least 95 % of stacks/ and modules/:"
	$(PY) -m coverage report --include='stacks/*,modules/*' --format=total --fail-under=95
endif

# They change copies of the project as its users would, and take longer than all other tests.
.PHONY: recipes
recipes: dev ## Follow the documented recipes in copies of the project, and show that all stays green
	$(PY) -m pytest tests/recipes $(if $(ARGS),$(ARGS),$(ON_ALL))

.PHONY: check
check: lint types workflows policy ## Check format, lint, types, workflows and policies

.PHONY: workflows
workflows: dev
	@echo "Checking workflows ..."
	$(PY) -m tools.workflow_check

.PHONY: lint
lint: dev
	@echo "Checking format and lint ..."
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .

.PHONY: types
types: dev
	@echo "Checking types ..."
	$(PY) -m mypy

.PHONY: policy
policy: dev
	@echo "Checking policies ..."
	$(PY) -m tools.policy_check $(ARGS)

# STACK names a stack that was deployed from here, OUTPUTS a file with what `terraform output -json` printed, and
# ENVIRONMENT the environment whose settings it has, if its name has another suffix. Without them the tests deploy to
# an emulator.
.PHONY: integration
integration: dev ## Test a deployed pipeline (STACK=..., OUTPUTS=file.json), or a new one on an emulator
	$(PY) -m pytest tests/integration $(if $(STACK),--stack=$(STACK)) $(if $(OUTPUTS),--outputs=$(OUTPUTS)) \
		$(if $(ENVIRONMENT),--environment=$(ENVIRONMENT)) $(ARGS)

.PHONY: e2e
e2e: dev ## Deploy, change, load and destroy on an emulator with Terraform, also with IAM enforced
	$(PY) -m pytest tests/e2e $(if $(ARGS),$(ARGS),$(ON_ALL))

# Which regions `make local` deploys, as in: make local REGIONS=us-east-1,eu-west-1
REGIONS ?=
LOCAL := $(PY) -m tools.local

.PHONY: local
local: dev ## Deploy to an emulator on this machine, send an event and a file, leave it running
	$(LOCAL) up $(if $(REGIONS),--regions '$(REGIONS)')

.PHONY: local-send
local-send: dev ## Send another event to what make local runs
	$(LOCAL) send $(ARGS)

.PHONY: local-logs
local-logs: dev ## Show what its functions logged
	$(LOCAL) logs

.PHONY: local-status
local-status: dev ## Show what runs, what is stored, and its alarms
	$(LOCAL) status

.PHONY: local-down
local-down: dev ## Destroy what make local deployed, and stop the emulator
	$(LOCAL) down

# STACK (or STACKS) names stacks or patterns, BASE a cdktf.out of the code before. It plans what was synthesized last.
.PHONY: plan
plan: dev ## Plan synthesized stacks (STACK=name) without changing anything
	$(PY) -m tools.plan $(STACK) $(STACKS) $(if $(BASE),--base $(BASE)) $(ARGS)

.PHONY: plan-review
plan-review: dev ## Write a comment about these plans; exit status 2: a label is missing
	@$(PY) -m tools.plan_review $(ARGS)

# Of what was synthesized last, for the traffic that the settings declare, or that ARGS does (ARGS="--help" says how).
.PHONY: cost
cost: dev ## Say what synthesized stacks cost a month, and which limit is met first
	$(PY) -m tools.cost $(STACK) $(STACKS) $(ARGS)

.PHONY: replay
replay: dev ## Let the processor process failed batches again (STACK=..., ARGS=--dry-run)
	$(PY) -m tools.replay --stack "$(STACK)" $(ARGS)

.PHONY: find-event
find-event: dev ## Find an event in ledger and archive (STACK=... SOURCE=... ID=...)
	$(PY) -m tools.find_event --stack "$(STACK)" --source "$(SOURCE)" --id "$(ID)" $(ARGS)

# Without STACK it asks what `make local` runs. What somebody typed as SQL reaches Athena as it is: make expands no
# "$path" in it, and no shell reads it.
unexport SQL
export TYPED_SQL = $(value SQL)

.PHONY: query
query: dev ## Ask what is stored (SQL="select type, count(*) from events group by 1", STACK=...)
	$(PY) -m tools.query --sql="$$TYPED_SQL" --stack "$(STACK)" $(ARGS)

.PHONY: compact
compact: dev ## Compact closed hours now, and prove them (STACK=..., ARGS="--check all")
	$(PY) -m tools.compact --stack "$(STACK)" $(ARGS)

.PHONY: bench
bench: dev ## Benchmark synthesis, Lambda code and plan review
	$(PY) -m tests.benchmarks $(ARGS)

# What workflows do after `make plan`; STACKS names stacks, separated by spaces. docs/delivery.md shows them in use.
.PHONY: changed
changed: dev ## List the stacks that differ from those in the folder BASE
	$(PY) -m tools.changed_stacks $(BASE)

.PHONY: environments
environments: dev
	$(PY) -m tools.delivery environments $(BASE)

.PHONY: apply
apply: dev ## Apply the plans that `make plan` saved, in the order of deployment
	$(PY) -m tools.delivery apply $(STACKS)

.PHONY: planned current promotable
planned: dev
	$(PY) -m tools.delivery planned

current: dev
	$(PY) -m tools.delivery current $(NEWEST)

# What somebody typed: the shell must get it as it is, so make must not expand it.
promotable: dev
	$(PY) -m tools.delivery promotable "$$RUN"

.PHONY: drift
drift: dev ## List the stacks that differ from what is deployed
	$(PY) -m tools.delivery drift $(STACKS)

.PHONY: smoke
smoke: dev ## Check that deployed pipelines answer
	$(PY) -m tools.delivery check $(STACKS)

.PHONY: previews destroy-preview
previews: dev
	$(PY) -m tools.delivery previews

destroy-preview: dev
	$(PY) -m tools.delivery destroy

.PHONY: labels comment drift-issue
labels: dev
	$(PY) -m tools.delivery labels

comment: dev
	$(PY) -m tools.delivery comment $(FILE)

drift-issue: dev
	$(PY) -m tools.delivery issue $(FILES)

# In CI, a snapshot that differs is a failure, never overwritten.
.PHONY: snapshots
snapshots: dev ## Rewrite snapshots and golden files; review the difference before you commit
	@if [ -n "$$CI" ]; then echo "make snapshots is refused in CI: rewrite them locally and commit them." >&2; exit 2; fi
	$(PY) -m pytest --update-snapshots $(ARGS)

.PHONY: docs
docs: dev ## Rewrite the generated parts of the documentation
	$(PY) -m tools.docs $(ARGS)

.PHONY: cli
cli: packages ## Install the CDKTF command line: ./cdktf synth, list, diff, deploy
	$(ENSURE) cli

.PHONY: cdk-terrain
cdk-terrain: packages ## Rehearse the move to CDK Terrain: compare every stack, synthesized with both
	$(ENSURE) cdk-terrain
	$(PY) -m tools.cdk_terrain $(ARGS)

# Run by the CDKTF command line (cdktf.json): like synth.
.PHONY: app
app: packages
	$(PY) main.py

.PHONY: lock
lock: ## Update Pipfile.lock after a change of Pipfile
	$(ENSURE) lock

# VERSION is another exact version, as in: make providers-lock VERSION=6.60.0
.PHONY: providers-lock
providers-lock: dev ## Write the lock files of the AWS provider from its registries (VERSION=...)
	$(PY) -m tools.providers_lock $(VERSION)

.PHONY: clean
clean: ## Remove everything written or installed here, except Terraform's local state
	@if [ -e .cache/local/emulator.json ]; then echo "make local is running: stop it with make local-down first." >&2; exit 2; fi
	@rm -rf .venv .tools .cache node_modules cdktf.out .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# With Node, which cdktf runs on.
.PHONY: packages
packages:
	$(ENSURE) packages node

.PHONY: dev
dev: packages
	$(ENSURE) dev
