"""The RPC endpoint: one method for each call of contract/native-api.md section 15."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from common.context import RequestContext
from heat_engine.commands import (
    authenticate,
    catalogue,
    event_list,
    resource_show,
    signal_send,
    software_config,
    software_deployment,
    software_signal,
    stack_act,
    stack_create,
    stack_delete,
    stack_show,
    stack_update,
    template_validate,
)
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.commands.stack_create import Order
from heat_engine.graph.states import Action
from heat_engine.traversal.runner import Runner

Identity = dict[str, Any]


def _order(arguments: Mapping[str, Any]) -> Order:
    if arguments.get("files_container"):
        raise errors.NotSupported(feature="files_container, which needs an object store, here")
    return Order(
        template=arguments.get("template"),
        params=arguments.get("params") or {},
        files=arguments.get("files") or {},
        environment_files=arguments.get("environment_files") or [],
        args=arguments.get("args") or {},
    )


class StackMethods:
    """Calls that change stacks."""

    core: Core
    runner: Runner

    def create_stack(
        self, context: RequestContext, stack_name: Any, **arguments: Any
    ) -> dict[str, str]:
        begun = stack_create.create(self.core, context, stack_name, _order(arguments))
        return self._run(begun)

    def preview_stack(
        self, context: RequestContext, stack_name: Any, **arguments: Any
    ) -> dict[str, Any]:
        return stack_create.preview(self.core, context, stack_name, _order(arguments))

    def update_stack(
        self, context: RequestContext, stack_identity: Identity, **arguments: Any
    ) -> dict[str, str]:
        return self._run(stack_update.update(self.core, context, stack_identity, _order(arguments)))

    def preview_update_stack(
        self, context: RequestContext, stack_identity: Identity, **arguments: Any
    ) -> dict[str, list[dict[str, Any]]]:
        return stack_update.preview(self.core, context, stack_identity, _order(arguments))

    def delete_stack(self, context: RequestContext, stack_identity: Identity) -> None:
        begun = stack_delete.delete(self.core, context, stack_identity)
        if begun is not None:
            self.runner.begin(begun)

    def stack_suspend(self, context: RequestContext, stack_identity: Identity) -> None:
        self._act(context, stack_identity, Action.SUSPEND)

    def stack_resume(self, context: RequestContext, stack_identity: Identity) -> None:
        self._act(context, stack_identity, Action.RESUME)

    def stack_check(self, context: RequestContext, stack_identity: Identity) -> None:
        self._act(context, stack_identity, Action.CHECK)

    def stack_cancel_update(
        self, context: RequestContext, stack_identity: Identity, cancel_with_rollback: bool = True
    ) -> None:
        done = stack_act.cancel(self.core, context, stack_identity, rollback=cancel_with_rollback)
        if isinstance(done, Begun):
            self.runner.begin(done)
        else:
            self.runner.hint(done, stack_identity["stack_id"])

    def _act(self, context: RequestContext, identity: Identity, action: Action) -> None:
        begun = stack_act.act(self.core, context, identity, action)
        if begun is not None:
            self.runner.begin(begun)

    def _run(self, begun: Begun) -> dict[str, str]:
        self.runner.begin(begun)
        return stack_show.identity_of(begun.stack)


class ReadMethods:
    """Calls that read stacks."""

    core: Core

    def identify_stack(self, context: RequestContext, stack_name: str) -> dict[str, str]:
        return stack_show.identify(self.core, context, stack_name)

    def list_stacks(self, context: RequestContext, **query: Any) -> list[dict[str, Any]]:
        return stack_show.list_stacks(self.core, context, query)

    def count_stacks(self, context: RequestContext, **query: Any) -> int:
        return stack_show.count_stacks(self.core, context, query)

    def show_stack(
        self,
        context: RequestContext,
        stack_identity: Identity | None,
        resolve_outputs: bool = True,
    ) -> list[dict[str, Any]]:
        return stack_show.show(self.core, context, stack_identity, resolve_outputs=resolve_outputs)

    def get_template(self, context: RequestContext, stack_identity: Identity) -> Any:
        return stack_show.template(self.core, context, stack_identity)

    def get_environment(self, context: RequestContext, stack_identity: Identity) -> Any:
        return stack_show.environment(self.core, context, stack_identity)

    def get_files(self, context: RequestContext, stack_identity: Identity) -> Any:
        return stack_show.files(self.core, context, stack_identity)

    def list_outputs(self, context: RequestContext, stack_identity: Identity) -> list[Any]:
        return stack_show.list_outputs(self.core, context, stack_identity)

    def show_output(
        self, context: RequestContext, stack_identity: Identity, output_key: str
    ) -> Mapping[str, Any]:
        return stack_show.show_output(self.core, context, stack_identity, output_key)

    def list_events(
        self, context: RequestContext, stack_identity: Identity | None, **query: Any
    ) -> list[dict[str, Any]]:
        return event_list.list_events(self.core, context, stack_identity, **query)


class ResourceMethods:
    """Calls about the resources of stacks."""

    core: Core
    runner: Runner

    def describe_stack_resource(
        self,
        context: RequestContext,
        stack_identity: Identity,
        resource_name: str,
        with_attr: Any = None,
    ) -> dict[str, Any]:
        return resource_show.describe(self.core, context, stack_identity, resource_name, with_attr)

    def list_stack_resources(
        self,
        context: RequestContext,
        stack_identity: Identity,
        nested_depth: int = 0,
        with_detail: bool = False,
        filters: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        return resource_show.list_resources(
            self.core,
            context,
            stack_identity,
            nested_depth=nested_depth,
            with_detail=with_detail,
            filters=filters,
        )

    def find_physical_resource(
        self, context: RequestContext, physical_resource_id: str
    ) -> dict[str, str]:
        return resource_show.find_physical(self.core, context, physical_resource_id)

    def resource_signal(
        self,
        context: RequestContext,
        stack_identity: Identity,
        resource_name: str,
        details: Any = None,
        sync_call: bool = False,
    ) -> dict[str, Any] | None:
        stack_id, owner, metadata = signal_send.send(
            self.core, context, stack_identity, resource_name, details, with_metadata=sync_call
        )
        self.runner.hint(owner, stack_id)
        return metadata

    def resource_mark_unhealthy(
        self,
        context: RequestContext,
        stack_identity: Identity,
        resource_name: str,
        mark_unhealthy: Any,
        resource_status_reason: str | None = None,
    ) -> None:
        signal_send.mark_unhealthy(
            self.core,
            context,
            stack_identity,
            resource_name,
            mark_unhealthy,
            resource_status_reason,
        )


class SoftwareMethods:
    """Calls about software configs and deployments."""

    core: Core
    runner: Runner

    def create_software_config(self, context: RequestContext, **given: Any) -> dict[str, Any]:
        return software_config.create(self.core, context, given)

    def show_software_config(self, context: RequestContext, config_id: str) -> dict[str, Any]:
        return software_config.show(self.core, context, config_id)

    def list_software_configs(self, context: RequestContext, **query: Any) -> list[dict[str, Any]]:
        return software_config.list_configs(self.core, context, **query)

    def delete_software_config(self, context: RequestContext, config_id: str) -> None:
        software_config.delete(self.core, context, config_id)

    def create_software_deployment(self, context: RequestContext, **given: Any) -> dict[str, Any]:
        return software_deployment.create(self.core, context, given)

    def show_software_deployment(
        self, context: RequestContext, deployment_id: str
    ) -> dict[str, Any]:
        return software_deployment.show(self.core, context, deployment_id)

    def list_software_deployments(
        self, context: RequestContext, server_id: str | None = None
    ) -> list[dict[str, Any]]:
        return software_deployment.list_deployments(self.core, context, server_id)

    def metadata_software_deployments(
        self, context: RequestContext, server_id: str
    ) -> list[dict[str, Any]]:
        return software_deployment.metadata(self.core, context, server_id)

    def update_software_deployment(
        self, context: RequestContext, deployment_id: str, **given: Any
    ) -> dict[str, Any]:
        shown, hints = software_deployment.update(self.core, context, deployment_id, given)
        self._hint(hints)
        return shown

    def signal_software_deployment(
        self,
        context: RequestContext,
        deployment_id: str,
        details: Any = None,
        updated_at: str | None = None,
    ) -> str | None:
        said, hints = software_signal.signal(self.core, context, deployment_id, details)
        self._hint(hints)
        return said

    def delete_software_deployment(self, context: RequestContext, deployment_id: str) -> None:
        software_deployment.delete(self.core, context, deployment_id)

    def _hint(self, hints: list[software_deployment.Hint]) -> None:
        for owner, stack_id in hints:
            self.runner.hint(owner, stack_id)


class CatalogueMethods:
    """Calls about what the engine knows."""

    core: Core

    def validate_template(
        self, context: RequestContext, template: Any, **arguments: Any
    ) -> dict[str, Any]:
        order = _order({**arguments, "template": template})
        return template_validate.validate(self.core, context, order)

    def list_resource_types(self, context: RequestContext, **query: Any) -> list[Any]:
        return catalogue.list_resource_types(self.core, **query)

    def resource_schema(
        self, context: RequestContext, type_name: str, with_description: bool = False
    ) -> dict[str, Any]:
        return catalogue.resource_schema(self.core, type_name, with_description=with_description)

    def generate_template(
        self, context: RequestContext, type_name: str, template_type: str = "cfn"
    ) -> dict[str, Any]:
        return catalogue.generate_template(self.core, type_name, template_type)

    def list_template_versions(self, context: RequestContext) -> list[dict[str, Any]]:
        return catalogue.list_template_versions()

    def list_template_functions(
        self, context: RequestContext, template_version: str, with_condition: bool = False
    ) -> list[dict[str, str]]:
        return catalogue.list_template_functions(template_version, with_condition=with_condition)

    def list_services(self, context: RequestContext) -> list[dict[str, Any]]:
        return catalogue.list_services(self.core)

    def get_revision(self, context: RequestContext) -> str:
        return self.core.settings.build_revision

    def authenticated_to_backend(
        self, context: RequestContext, credentials: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        return authenticate.authenticate(self.core, credentials)


class EngineService(StackMethods, ReadMethods, ResourceMethods, SoftwareMethods, CatalogueMethods):
    """All calls. Each raises only ``common.errors`` classes for what a caller can mend."""

    def __init__(self, core: Core, runner: Runner) -> None:
        self.core = core
        self.runner = runner

    def wake(self, context: RequestContext, stack_id: str) -> None:
        """A hint from another engine: something has happened to a stack that we work on."""
        self.runner.wake(stack_id)
