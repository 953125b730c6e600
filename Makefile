# make demo | serve | test | lint | docs | bench: each sets up what it needs; the second time is quick.
PYTHON ?= python3
BIN := .venv/bin
# setuptools warns of what an editable install is; that would only hide what matters.
PIP := PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: demo serve test lint docs bench train clean

demo: .venv/ready
	$(BIN)/newstance analyze sample:summit --topic ukraine-war

serve: .venv/ready
	$(BIN)/newstance serve

# A process for each core, up to four (each may load the models); then the tests that measure, one after another.
test: .venv/ready
	$(BIN)/pytest -n auto --maxprocesses 4 --max-worker-restart 2 --dist loadfile -m "not alone"
	$(BIN)/pytest -m alone

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd .venv/typed && ../bin/mypy --config-file ../../pyproject.toml -p newstance

# The site goes to build/site.
docs: .venv/ready
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# What others take on the same weights is measured, too: docs/speed.md.
bench: .venv/ready
	$(PIP) --editable '.[bench]'
	$(BIN)/python -m newstance.eval.speed
	$(BIN)/python -m newstance.eval.hostile

# DATA=folder with the labelled sets. The allocator settings keep torch from handing memory back after each step,
# which costs half the time on a CPU.
train: .venv/ready
	$(PIP) --no-deps --require-hashes -r configs/requirements/training.txt
	MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456 \
		$(BIN)/newstance --verbose train newstance-mpnet --data $(DATA) --out runs

.venv/ready: pyproject.toml configs/requirements/embedded.txt
	@echo "Installing newstance with all that its page, training, tests and docs need into .venv: about 1 GB to download and" \
		"3.5 GB on disk, some GB more where the index has torch with CUDA; one to two minutes from an index nearby, else longer."
	$(PYTHON) -m venv .venv
	$(PIP) --upgrade pip
	$(PIP) --editable '.[serve,eval,train,dev,docs]'
	$(PIP) --no-deps --require-hashes -r configs/requirements/embedded.txt
	@# mypy does not follow an editable install's import hook: links show it the folders under their import names.
	mkdir -p .venv/typed/newstance
	for part in models service eval configs; do ln -sfn "$(CURDIR)/$$part" .venv/typed/newstance/$$part; done
	for part in __init__.py py.typed; do ln -sfn "$(CURDIR)/newstance/$$part" .venv/typed/newstance/$$part; done
	touch $@

clean:
	rm -rf .venv build *.egg-info
