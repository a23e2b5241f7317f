# Everything that is done to this tree by hand. `make help` lists it.
# Needs python3 >= 3.11 with venv, make, and a package registry that pip can reach.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input install -qq
LOCKED := $(PIP) --require-hashes --no-deps
PAPERS := src tests bench faults models docs deploy
JOBS   ?= 3
ONCE   ?=
QUICK  ?=
SECONDS ?=
ARGS   ?=

.PHONY: detect detect-rival help demo test test-long check fix bench bench-peers bench-soak bench-profile bench-parts bench-log faults
.PHONY: sbom bundle bundle-check helm oscal interop dist docs lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.gateway  ## the tour, which then stays up; ONCE=1 ends after it
	@$(BIN)/comity demo $(if $(ONCE),--once) $(ARGS)

test: $(VENV)/.dev  ## all tests, by JOBS=3 processes (some wait); ARGS="tests/law -k adequacy" for some of them
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

test-long: $(VENV)/.dev  ## the tests of which `make test` takes a sample
	@$(BIN)/python -m pytest -n $(JOBS) -m long $(ARGS)

check: $(VENV)/.dev  ## style, types, floors, and whether made files are as they would be made
	@$(BIN)/ruff check --quiet $(PAPERS)
	@$(BIN)/ruff format --quiet --check $(PAPERS)
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(VENV)/floors.txt || { cat $(VENV)/floors.txt; exit 1; }
	@$(BIN)/python docs/make.py --check
	@$(BIN)/python -m tests.vectors.generate --check
	@echo "make check: nothing to mend"

fix: $(VENV)/.dev  ## mend what can be mended: style, and the files that are made
	@$(BIN)/ruff check --quiet --fix $(PAPERS)
	@$(BIN)/ruff format --quiet $(PAPERS)
	@$(BIN)/python docs/make.py

bench: $(VENV)/.dev  ## Comity beside nginx and its peers, then replays of large logs; QUICK=1 for a look
	@$(BIN)/python -m bench.compare $(if $(QUICK),--quick) $(ARGS)
	@$(MAKE) bench-log
	@$(BIN)/python -m bench.replay $(if $(QUICK),--quick)

bench-peers: $(VENV)/.gateway  ## install what `make bench` compares with, into bench/.peers
	@PYTHON="$(CURDIR)/$(BIN)/python" sh bench/peers/install.sh

bench-soak: $(VENV)/.gateway  ## a worker's memory under full load; SECONDS=600
	@$(BIN)/python -m bench.compare.soak $(if $(SECONDS),--seconds $(SECONDS))

bench-profile: $(VENV)/.gateway  ## where a request's CPU time goes; ARGS="--streams" for a chunk's
	@$(BIN)/python -m bench.compare.profile $(ARGS)

bench-log: $(VENV)/.gateway  ## the log alone: durable entries, proofs, an audit, ten million entries; QUICK=1 for one million
	@set -e; export PYTHONPATH=.; $(BIN)/python bench/ledger.py; $(BIN)/python bench/proofs.py; \
	  $(BIN)/python bench/large_log.py $(if $(QUICK),1000000)

bench-parts: $(VENV)/.dev  ## the log, decisions, the way of a request and the relay, each measured alone
	@set -e; for each in ledger decide swap path relay; do echo "bench/$$each.py"; PYTHONPATH=. $(BIN)/python "bench/$$each.py" $(ARGS); done

detect: $(VENV)/.dev  ## precision and recall of detectors on the labelled set
	@$(BIN)/python -m tests.detect.measure $(ARGS)

detect-rival: detect  ## presidio on the same set, in an environment of its own (400 MB)
	@test -x $(VENV)/rival/bin/python || $(BIN)/python -m venv $(VENV)/rival
	@$(VENV)/rival/bin/python -m pip --disable-pip-version-check --no-input install -qq -r tests/detect/rival.txt
	@$(BIN)/python -m tests.detect.labelled | $(VENV)/rival/bin/python tests/detect/rival.py

faults: $(VENV)/.dev  ## break a gateway in every way that it is built for, under 15 minutes; KILLS=200 of them by kill -9
	@$(BIN)/python -m pytest faults $(ARGS)

sbom: $(VENV)/.sbom  ## the parts of a gateway, as CycloneDX 1.6 JSON: dist/comity.cdx.json
	@mkdir -p dist
	@$(VENV)/sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  --spec-version 1.6 --output-format JSON --output-file dist/comity.cdx.json $(VENV)/parts/bin/python
	@$(BIN)/python deploy/parts.py dist/comity.cdx.json
	@echo "dist/comity.cdx.json"

bundle: sbom  ## all that a machine without a network needs: dist/comity-VERSION-PLATFORM.tar
	@$(BIN)/python deploy/bundle.py

bundle-check: bundle  ## install the bundle into an empty environment, without an index, and use it there
	@sh deploy/bundle/check.sh "$$($(BIN)/python deploy/bundle.py --name)"

helm: $(VENV)/.helm  ## render the chart by Helm itself, and hold it against the schemas of Kubernetes
	@$(VENV)/helm/bin/python -m tests.deploy.chart

oscal: $(VENV)/.oscal $(VENV)/.dev  ## read our assessment results with models made from NIST's schemas
	@$(BIN)/python -m tests.evidence.example | $(VENV)/oscal/bin/python tests/evidence/read_oscal.py

interop: $(VENV)/.interop $(VENV)/.dev  ## foreign verifiers on a log that Comity wrote, each with its version and result
	@$(BIN)/python -m tests.interop $(ARGS)

dist: $(VENV)/.dev  ## wheel and source archive, in dist/
	@$(BIN)/python -m hatchling build -d dist

lock:  ## resolve dependencies anew into requirements/*.txt, for every Python from 3.11 on
	@sh requirements/lock.sh

clean:  ## remove what make made
	@rm -rf $(VENV) bench/.built bench/.peers dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find src tests bench faults models docs deploy -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says what an environment holds; it is made anew when a lock file is newer.

$(VENV)/.made:
	@PYTHON="$(PYTHON)" sh requirements/venv.sh $(VENV)
	@touch $@

$(VENV)/.gateway: $(VENV)/.made requirements/gateway.txt requirements/build.txt pyproject.toml
	@echo "comity: installing the gateway into $(VENV) (once)"
	@$(LOCKED) -r requirements/build.txt -r requirements/gateway.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.gateway requirements/dev.txt
	@echo "comity: installing the tools for tests and checks into $(VENV) (once)"
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

# Helm's library and the schemas are 100 MB that nothing else needs.
$(VENV)/.helm: $(VENV)/.made requirements/helm.txt
	@echo "comity: setting up Helm's library and the schemas of Kubernetes (once)"
	@$(BIN)/python -m venv $(VENV)/helm
	@$(VENV)/helm/bin/python -m pip --disable-pip-version-check --no-input install -qq --require-hashes --no-deps \
	  -r requirements/helm.txt
	@touch $@

# A library for NIST's format, with twenty others that nothing else needs.
$(VENV)/.oscal: $(VENV)/.made requirements/oscal.txt
	@echo "comity: setting up a reader of OSCAL (once)"
	@$(BIN)/python -m venv $(VENV)/oscal
	@$(VENV)/oscal/bin/python -m pip --disable-pip-version-check --no-input install -qq --require-hashes --no-deps \
	  -r requirements/oscal.txt
	@touch $@

# Each of these programs is optional: what cannot be had on this machine is said, and is a row that was not run.
$(VENV)/.interop: $(VENV)/.made requirements/interop.txt tests/interop/set_up.sh tests/interop/npm/package-lock.json
	@echo "comity: setting up foreign verifiers (once; a Go toolchain is 200 MB of it)"
	@sh tests/interop/set_up.sh $(VENV)/interop
	@touch $@

# The list of parts is taken from an environment that holds a gateway and nothing else.
$(VENV)/.sbom: $(VENV)/.made requirements/gateway.txt requirements/sbom.txt
	@echo "comity: setting up two environments for the list of parts (once)"
	@$(BIN)/python -m venv $(VENV)/sbom
	@$(BIN)/python -m venv --without-pip $(VENV)/parts
	@$(VENV)/sbom/bin/python -m pip --disable-pip-version-check --no-input install -qq --require-hashes --no-deps \
	  -r requirements/sbom.txt
	@$(VENV)/sbom/bin/python -m pip --disable-pip-version-check --no-input --python $(VENV)/parts/bin/python \
	  install -qq --require-hashes --no-deps -r requirements/gateway.txt
	@touch $@
