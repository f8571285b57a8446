"""Calls about what the engine knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.context import RequestContext
from heat_engine.commands import authenticate, catalogue, template_validate
from heat_engine.commands.core import Core
from heat_engine.service.order import order_of


class CatalogueMethods:
    """Calls about what the engine knows."""

    core: Core

    def validate_template(
        self, context: RequestContext, template: Any, show_nested: bool = False, **arguments: Any
    ) -> dict[str, Any]:
        order = order_of({**arguments, "template": template})
        return template_validate.validate(self.core, context, order, show_nested=show_nested)

    def list_resource_types(self, context: RequestContext, **query: Any) -> list[Any]:
        return catalogue.list_resource_types(self.core, context, **query)

    def resource_schema(
        self, context: RequestContext, type_name: str, with_description: bool = False
    ) -> dict[str, Any]:
        return catalogue.resource_schema(
            self.core, context, type_name, with_description=with_description
        )

    def generate_template(
        self, context: RequestContext, type_name: str, template_type: str = "cfn"
    ) -> dict[str, Any]:
        return catalogue.generate_template(self.core, context, type_name, template_type)

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

    def identify_guest(
        self, context: RequestContext, user_name: str, user_domain_id: str
    ) -> dict[str, Any] | None:
        return authenticate.place_of(self.core, user_name, user_domain_id)
