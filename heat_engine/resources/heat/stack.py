"""OS::Heat::Stack, in the region of the stack around it (contract/engine-semantics.md 10.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common import errors
from heat_engine.language import document
from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.language.scope import follow
from heat_engine.resources.child import ChildStack
from heat_engine.resources.nested import NestedStack
from heat_engine.resources.protocol import Progress, Request, failed


def _region(properties: Mapping[str, Any]) -> Any:
    return (properties.get("context") or {}).get("region_name")


class Stack(NestedStack):
    """A stack of its own whose template is a text."""

    name = "OS::Heat::Stack"
    description = "A stack that is made from a template given as text."
    open_attributes = False
    properties = {
        "template": Property(
            Kind.STRING, "The text of the template.", required=True, updatable=True
        ),
        "parameters": Property(
            Kind.MAP, "Values of the template's parameters.", default={}, updatable=True
        ),
        "timeout": Property(Kind.INTEGER, "Minutes that an action may take.", updatable=True),
        "context": Property(
            Kind.MAP,
            "Where to make the stack.",
            updatable=True,
            schema={
                "region_name": Property(Kind.STRING, "Only the region of the stack itself."),
                "credential_secret_id": Property(
                    Kind.STRING, "A secret with credentials for another cloud.", updatable=True
                ),
                "ca_cert": Property(
                    Kind.STRING, "The certificate authority of another cloud.", updatable=True
                ),
                "insecure": Property(
                    Kind.BOOLEAN,
                    "Whether to trust another cloud without a certificate.",
                    default=False,
                    updatable=True,
                ),
            },
        ),
    }
    attributes = {
        "stack_name": Attribute("The stack's name.", live=True),
        "outputs": Attribute("Values of the stack's outputs, by name.", Kind.MAP, live=True),
    }

    def wanted(self, request: Request) -> ChildStack:
        values = request.properties
        self._refuse_elsewhere(values, request.region)
        return ChildStack(
            "CREATE",
            document.load(values["template"])[0],
            values["parameters"],
            timeout_mins=values["timeout"],
        )

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        text = properties.get("template")
        if not isinstance(text, str):
            return None
        given = properties.get("parameters")
        known = given if isinstance(given, Mapping) else {}
        return ChildStack("CREATE", document.load(text)[0], known)

    def ended(self, request: Request) -> Progress | None:
        child = request.child
        if child is not None and child.status == "FAILED":
            state = f"{child.action}_{child.status}"
            reason = f'Went to status {state} due to "{child.reason}"'
            return failed(reason, "ResourceInError")
        return super().ended(request)

    def must_replace(self, request: Request) -> bool:
        return _region(request.previous) != _region(request.properties)

    def replace_failed(self, request: Request) -> bool:
        return request.state == "CHECK_FAILED" or super().replace_failed(request)

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        child = request.child
        if child is None or attribute == "show":
            return None
        if attribute == "stack_name":
            return follow(child.name, path)
        if path and isinstance(path[0], str):
            return follow(child.output(path[0]), path[1:]) if path[0] in child.outputs() else None
        return {name: child.output(name) for name in child.outputs()}

    @staticmethod
    def _refuse_elsewhere(values: Mapping[str, Any], region: str) -> None:
        wanted, context = _region(values), values.get("context") or {}
        if wanted and wanted != region:
            raise errors.Invalid(
                f'Cannot establish connection to Heat endpoint at region "{wanted}" '
                f'due to "only region {region} is served"'
            )
        if context.get("credential_secret_id"):
            raise errors.NotSupported(feature="credential_secret_id")
