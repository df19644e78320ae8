# make demo   install, read the sample papers, answer a question
# make test   install, run the tests
# make lint   ruff and mypy
# make gate   the sample's questions, against evals/baseline.json
# make bench  the speed beside the stock way's: BENCH="--papers FILE" names the abstracts
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .rag-demo

.PHONY: demo test lint gate bench models clean

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,local,pdf]'
	touch $@

# Without the weights everything works with the static embedder, so a failure only warns.
models: $(VENV)/installed
	@$(BIN)/rag models get minilm || echo "going on with the static embedder" >&2

demo: models
	$(BIN)/rag ingest --index $(DEMO) evals/datasets/sample/papers.jsonl
	@echo
	@echo '$$ rag ask "How does dense passage retrieval compare with BM25?"'
	@$(BIN)/rag ask --index $(DEMO) "How does dense passage retrieval compare with BM25?"
	@echo
	@echo 'Next, with . $(BIN)/activate:'
	@echo '  rag ingest YOUR.bib saved-pages/                 your own papers, into .rag'
	@echo '  rag ask "What do they say about ...?"            a cited answer'
	@echo '  rag ui                                           the chat page'
	@echo '  export OPENAI_API_KEY=... or OPENAI_BASE_URL=... a language model writes the answers'

# The tests of a real language model need a small one; without it they skip and say so.
test: $(VENV)/installed-dev models
	@$(BIN)/python -m tests.get_gguf || echo "going on without a small language model" >&2
	$(BIN)/python -m pytest

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Fails when the sample's questions are answered worse than evals/baseline.json says.
gate: $(VENV)/installed-dev models
	$(BIN)/python -m evals.maintain.gate

# Takes an hour and wants a quiet machine. The rows against torch ask for it in a line of theirs.
bench: $(VENV)/installed-dev models
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m evals.maintain.bench $(BENCH)

clean:
	rm -rf $(VENV) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis
