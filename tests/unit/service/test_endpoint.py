"""The endpoint has the calls of the contract, and each of them takes the contract's arguments."""

from __future__ import annotations

import inspect

import pytest

from heat_engine.service.endpoint import EngineService

# contract/native-api.md section 15: what front ends call, with the arguments they name.
CALLS = {
    "identify_stack": ["stack_name"],
    "list_stacks": [],
    "count_stacks": [],
    "show_stack": ["stack_identity", "resolve_outputs"],
    "get_template": ["stack_identity"],
    "get_environment": ["stack_identity"],
    "get_files": ["stack_identity"],
    "list_outputs": ["stack_identity"],
    "show_output": ["stack_identity", "output_key"],
    "create_stack": ["stack_name"],
    "preview_stack": ["stack_name"],
    "update_stack": ["stack_identity"],
    "preview_update_stack": ["stack_identity"],
    "delete_stack": ["stack_identity"],
    "stack_suspend": ["stack_identity"],
    "stack_resume": ["stack_identity"],
    "stack_check": ["stack_identity"],
    "stack_cancel_update": ["stack_identity", "cancel_with_rollback"],
    "stack_snapshot": ["stack_identity", "name"],
    "show_snapshot": ["stack_identity", "snapshot_id"],
    "stack_list_snapshots": ["stack_identity"],
    "delete_snapshot": ["stack_identity", "snapshot_id"],
    "stack_restore": ["stack_identity", "snapshot_id"],
    "abandon_stack": ["stack_identity"],
    "export_stack": ["stack_identity"],
    "validate_template": ["template"],
    "list_events": ["stack_identity"],
    "describe_stack_resource": ["stack_identity", "resource_name", "with_attr"],
    "find_physical_resource": ["physical_resource_id"],
    "list_stack_resources": ["stack_identity", "nested_depth", "with_detail", "filters"],
    "resource_signal": ["stack_identity", "resource_name", "details", "sync_call"],
    "resource_mark_unhealthy": [
        "stack_identity",
        "resource_name",
        "mark_unhealthy",
        "resource_status_reason",
    ],
    "list_resource_types": [],
    "resource_schema": ["type_name", "with_description"],
    "generate_template": ["type_name", "template_type"],
    "list_template_versions": [],
    "list_template_functions": ["template_version", "with_condition"],
    "list_services": [],
    "get_revision": [],
    "authenticated_to_backend": ["credentials"],
    "create_software_config": [],
    "show_software_config": ["config_id"],
    "list_software_configs": [],
    "delete_software_config": ["config_id"],
    "create_software_deployment": [],
    "show_software_deployment": ["deployment_id"],
    "list_software_deployments": ["server_id"],
    "metadata_software_deployments": ["server_id"],
    "update_software_deployment": ["deployment_id"],
    "signal_software_deployment": ["deployment_id", "details"],
    "delete_software_deployment": ["deployment_id"],
    "list_exports": ["limit", "marker"],
    "list_imports": ["export_name"],
    "watch_scope": ["stack_identity", "nested_depth"],
    "replay_events": ["scope", "after", "again", "until"],
    "follow_events": ["after", "again", "project_ids"],
    "identify_guest": ["user_name", "user_domain_id"],
    "wake": ["stack_id"],
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_the_contract(call: str) -> None:
    parameters = inspect.signature(getattr(EngineService, call)).parameters
    assert list(parameters)[:2] == ["self", "context"]
    assert set(CALLS[call]) <= set(parameters)


def test_nothing_else_can_be_called() -> None:
    public = {name for name in dir(EngineService) if not name.startswith("_")}
    assert public == CALLS.keys()


@pytest.mark.parametrize("call", CALLS)
def test_a_call_only_hands_over(call: str) -> None:
    """Each method is short: meaning belongs to the commands."""
    source = inspect.getsource(getattr(EngineService, call))
    body = source[source.index("self.") :] if "self." in source else source
    assert len(body.splitlines()) <= 12
