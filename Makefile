# Every target makes the virtualenv that it needs, and makes it anew only when its inputs change.
PYTHON ?= python3
STATE ?= state
TEMPLATE ?=
SEEDS ?= 1000
PYTEST_ARGS ?=

RUN := .venv-run/.made
DEV := .venv-dev/.made
KEYSTONE := .venv-keystone/.made
INPUTS := setup.cfg pyproject.toml constraints.txt

.PHONY: help run test lint bench soak keystone sample-config client-table constraints clean

help:
	@echo "make run [TEMPLATE=file.yaml] [STATE=dir]  start everything and create a stack"
	@echo "make test | lint | bench | soak SEEDS=n"

run: $(RUN)
	@.venv-run/bin/python -m heat_engine.cli.run --state "$(STATE)" $(if $(TEMPLATE),--template "$(TEMPLATE)")

# Hundreds of processes start in the tests: none should have to compile the code again. The crash
# campaign measures how fast a stack recovers, so nothing else runs beside it.
test: $(DEV)
	.venv-dev/bin/python -m compileall -q common heat_api heat_api_cfn heat_api_cloudwatch heat_engine
	.venv-dev/bin/ruff check .
	.venv-dev/bin/mypy
	.venv-dev/bin/python -m pytest -n 2 --dist loadfile --ignore tests/crash $(PYTEST_ARGS)
	.venv-dev/bin/python -m pytest tests/crash $(PYTEST_ARGS)

lint: $(DEV)
	.venv-dev/bin/ruff check .
	.venv-dev/bin/ruff format --check .
	.venv-dev/bin/mypy
	.venv-dev/bin/lint-imports --config setup.cfg

bench: $(DEV)
	.venv-dev/bin/python -m tests.bench

soak: $(DEV)
	HEARTH_TEST_DOCUMENTS=200000 .venv-dev/bin/python -m pytest -q tests/unit/language/test_any_document_long.py
	.venv-dev/bin/python -m tests.plans --pairs 2000
	.venv-dev/bin/python -m tests.crash.soak --seeds $(SEEDS)
	HEARTH_OPENAPI_SECONDS=600 HEARTH_FUZZ_EXAMPLES=10000 .venv-dev/bin/python -m pytest \
	  --timeout 3600 tests/scenarios/clients/test_openapi.py tests/scenarios/test_any_request.py

# The Keystone that tests start, which asks for it by themselves: packages and a filled database.
keystone: $(KEYSTONE)

sample-config: $(DEV)
	.venv-dev/bin/oslo-config-generator --config-file etc/heat-config-generator.conf
	.venv-dev/bin/oslopolicy-sample-generator --namespace hearth --output-file etc/policy.yaml.sample

# docs/clients.md, from what the clients' tests do.
client-table: $(DEV)
	.venv-dev/bin/python -m tests.scenarios.clients.table

# The newest versions that setup.cfg allows, from a virtualenv of its own.
constraints:
	rm -rf .venv-constraints
	$(PYTHON) -m venv .venv-constraints
	.venv-constraints/bin/python -m pip install -q -U setuptools -e '.[run,test,lint,servers]'
	{ echo '# Exact versions of everything a virtualenv gets; `make constraints` makes this file anew.'; \
	  .venv-constraints/bin/python -m pip freeze --all --exclude-editable --exclude pip; } > constraints.txt
	rm -rf .venv-constraints

clean:
	rm -rf .venv-run .venv-dev .venv-keystone .venv-constraints build dist *.egg-info

$(RUN): EXTRAS := run
$(DEV): EXTRAS := run,test,lint,servers
$(RUN) $(DEV): $(INPUTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Hearth needs Python 3.11 or newer; say which with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Installing what Hearth needs into $(@D) (once) ..."
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@PIP_CONSTRAINT=constraints.txt $(@D)/bin/python -m pip install -q --disable-pip-version-check -e '.[$(EXTRAS)]'
	@touch $@

$(KEYSTONE): tests/keystone/constraints.txt tests/keystone/seed.py tests/keystone/server.py tests/keystone/cast.py
	@echo "Installing the Keystone of the tests into $(@D) (once) ..."
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install -q --disable-pip-version-check --only-binary :all: -r $<
	@$(@D)/bin/python tests/keystone/seed.py $(@D)/seed > $(@D)/seed.log 2>&1 || { tail -20 $(@D)/seed.log; exit 1; }
	@touch $@
