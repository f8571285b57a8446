"""Requests made up from the OpenAPI document, right and wrong ones, against the running API.

None ends in a fault of ours, and every answer is one that the document tells of.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deployment import Deployment, Person
from tests.scenarios.clients.test_bad_input import make, settle, template

# Seconds; the soak gives it more.
BUDGET = float(os.environ.get("HEARTH_OPENAPI_SECONDS", "30"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
CONFIGURATION = """
[parameters]
"path.project_id" = "{project}"
"path.stack_name" = "described"
"path.stack_id" = "{stack}"
"path.resource_name" = "word"
"path.output_key" = "text"
"path.type_name" = "OS::Heat::RandomString"
"path.template_version" = "heat_template_version.2021-04-16"

# What ends the stack that the others are about.
[[operations]]
include-name = "DELETE /{{project_id}}/stacks/{{stack_name}}/{{stack_id}}"
enabled = false
"""


@pytest.mark.slow
@pytest.mark.timeout(int(BUDGET) * 4 + 120)
def test_no_request_that_can_be_made_up_breaks_it(
    running: Deployment, alice: Person, tmp_path: Path
) -> None:
    document = template(
        {"word": {"type": "OS::Heat::RandomString"}}, outputs={"text": {"value": "x"}}
    )
    path = make(alice, "described", document, "CREATE_COMPLETE")
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(
        CONFIGURATION.format(project=alice.account.project_id, stack=path.rpartition("/")[2])
    )
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(configuration), "run", f"{alice.url}/openapi.json"),
        *("--url", alice.url, "--auth", f"{alice.account.name}:{alice.account.password}"),
        *("--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--no-shrink"),
        *("--max-time", str(int(BUDGET)), "--max-examples", "10", "--seed", "1", "--no-color"),
        *("--header", "Accept: application/json", "--generation-database", "none"),
        *("--request-timeout", "20", "--continue-on-failure", "--warnings", "off"),
        *("--max-redirects", "0"),
    ]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=BUDGET * 4 + 60, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Traceback" not in running.log("heat-all")
    assert alice.ask("DELETE", path).status_code == 204
    settle(alice, path, "DELETE_COMPLETE")
