"""What a server reports of a software deployment (contract/engine-semantics.md section 10.7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from common.context import RequestContext
from heat_engine.commands import software_deployment
from heat_engine.commands.core import Core
from heat_engine.commands.software_deployment import Hint
from heat_engine.store import software_configs, software_deployments
from heat_engine.store.records import SoftwareDeploymentRecord
from heat_engine.store.session import Session

STATUS_CODE = "deploy_status_code"
ALWAYS = ("deploy_stdout", "deploy_stderr", STATUS_CODE)


def signal(
    core: Core, context: RequestContext, deployment_id: str, details: Any
) -> tuple[str | None, list[Hint]]:
    """Store what was reported: a word about it, None when nobody waits for it; and whom to wake."""
    return core.database.transact(_signal, context, deployment_id, details)


def receive(session: Session, record: SoftwareDeploymentRecord, details: Any) -> str | None:
    """The same for a deployment read with ``lock``."""
    if record.status != "IN_PROGRESS":
        return None
    config = software_configs.get(session, record.config_id) if record.config_id else None
    declared = config.body["outputs"] if config else []
    given: Mapping[str, Any] = details if isinstance(details, Mapping) else {}
    names = [str(output["name"]) for output in declared]
    outputs = {name: given[name] for name in names if name in given}
    outputs.update({name: given.get(name) for name in ALWAYS})
    failures = _failures(declared, given)
    software_deployments.update(
        session,
        record,
        output_values=outputs,
        status="FAILED" if failures else "COMPLETE",
        status_reason=", ".join(failures) or "Outputs received",
    )
    if not failures:
        return f"deployment {record.id} succeeded"
    code = given.get(STATUS_CODE)
    return f"deployment {record.id} failed" + (f" ({code})" if _bad(code) else "")


def _signal(
    session: Session, context: RequestContext, deployment_id: str, details: Any
) -> tuple[str | None, list[Hint]]:
    record = software_deployment.visible(session, context, deployment_id, lock=True)
    said = receive(session, record, details)
    return said, software_deployment.concerned(session, record)


def _failures(declared: list[dict[str, Any]], given: Mapping[str, Any]) -> list[str]:
    found = []
    code = given.get(STATUS_CODE)
    if _bad(code):
        found.append(f"{STATUS_CODE} : Deployment exited with non-zero status code: {code}")
    for output in declared:
        value = given.get(output["name"])
        if output.get("error_output") and value is not None:
            text = value if isinstance(value, str) else json.dumps(value)
            found.append(f"{output['name']} : {text}")
    return found


def _bad(code: Any) -> bool:
    return code is not None and str(code) not in ("", "0")
