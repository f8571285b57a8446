"""AWS::CloudFormation::Stack (contract/engine-semantics.md section 10.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common import errors, fetch
from heat_engine.language import document
from heat_engine.language.limits import DEFAULT
from heat_engine.language.schema import Kind, Property
from heat_engine.language.scope import follow
from heat_engine.resources.child import ChildStack
from heat_engine.resources.nested import NestedStack
from heat_engine.resources.protocol import Progress, Request, done

OUTPUT = "Outputs."
_FETCH_SECONDS = 10.0


class CloudFormationStack(NestedStack):
    """A nested stack whose template lies among the files, or behind a URL."""

    name = "AWS::CloudFormation::Stack"
    description = "A stack that is made from a template at a URL."
    # Its template may have to be fetched.
    instant = False
    properties = {
        "TemplateURL": Property(
            Kind.STRING, "Where the template is.", required=True, updatable=True
        ),
        "TimeoutInMinutes": Property(
            Kind.INTEGER, "Minutes that an action may take.", updatable=True
        ),
        "Parameters": Property(Kind.MAP, "Values of the template's parameters.", updatable=True),
    }

    def wanted(self, request: Request) -> ChildStack:
        url = request.properties["TemplateURL"]
        found = _template(url, request.files.get(url))
        return ChildStack(
            "CREATE",
            found,
            {
                name: _text(value)
                for name, value in (request.properties["Parameters"] or {}).items()
            },
            timeout_mins=request.properties["TimeoutInMinutes"],
        )

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        url = properties.get("TemplateURL")
        if not isinstance(url, str) or url not in files:
            return None
        given = properties.get("Parameters")
        return ChildStack(
            "CREATE", _template(url, files[url]), given if isinstance(given, Mapping) else {}
        )

    def made(self, request: Request) -> Progress:
        return done(reference_id=request.child.arn) if request.child else done()

    def attribute_names(self, request: Request) -> Sequence[str]:
        return [OUTPUT + name for name in request.child.outputs()] if request.child else ()

    def select(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        child = request.child
        if child is None or attribute == "show":
            return None
        name = attribute.removeprefix(OUTPUT)
        if name == attribute or name not in child.outputs():
            raise errors.InvalidTemplateAttribute(resource=request.name, key=attribute)
        return follow(child.output(name), path)


def _text(value: Any) -> Any:
    """Lists are passed as comma-separated text."""
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _template(url: str, held: Any) -> Mapping[str, Any]:
    """The document at a URL. Raises StackValidationFailed; what was fetched is not repeated."""
    if isinstance(held, Mapping):
        return held
    if held is not None:
        return dict(document.load(str(held), name=url)[0])
    try:
        fetched = fetch.read(url, seconds=_FETCH_SECONDS, most_bytes=DEFAULT.size)
    except fetch.FetchError as error:
        raise errors.StackValidationFailed(
            f"Could not fetch remote template '{url}': {error}"
        ) from error
    try:
        return dict(document.load(fetched.decode(errors="replace"), name=url)[0])
    except errors.HearthError:
        raise errors.StackValidationFailed(
            f"Could not fetch remote template '{url}': it is not a template"
        ) from None
