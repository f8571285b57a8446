"""The error catalogue: every error that may leave a process.

Each class has a stable ``code``, the HTTP status of the native API
(contract/native-api.md section 14.2), the code of the two AWS APIs
(contract/aws-apis.md section 1.6) and a message format. The class name is
what native clients see as ``error.type``. Errors cross RPC as ``to_wire()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

CATALOGUE: dict[str, type[HearthError]] = {}


class HearthError(Exception):
    """Base of the catalogue. ``fields`` fill the class's message format."""

    code: ClassVar[str] = "HE0000"
    http_status: ClassVar[int] = 500
    aws_code: ClassVar[str] = "InternalFailure"
    message_format: ClassVar[str] = "{message}"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        CATALOGUE[cls.__name__] = cls

    def __init__(
        self, message: str | None = None, *, problems: Iterable[Problem] = (), **fields: Any
    ) -> None:
        """``problems``: the faults of a document that the error reports, with their places."""
        self.fields = fields
        self.problems = tuple(problems)
        self.message = message if message is not None else self.message_format.format(**fields)
        super().__init__(self.message)

    def to_wire(self) -> dict[str, Any]:
        """Shape ``{type, code, message, problems?}``: JSON, no traceback, no secret."""
        wire = {"type": type(self).__name__, "code": self.code, "message": self.message}
        if self.problems:
            return {**wire, "problems": [asdict(problem) for problem in self.problems]}
        return wire

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> HearthError:
        """The error that ``to_wire`` described; an unknown type becomes ``InternalError``."""
        cls = CATALOGUE.get(str(wire.get("type")), InternalError)
        problems = [
            Problem(**{**item, "path": tuple(item["path"])}) for item in wire.get("problems", ())
        ]
        if issubclass(cls, StackValidationFailed):
            return cls(problems=problems)
        return cls(str(wire.get("message", "")), problems=problems)


class InternalError(HearthError):
    """A fault of ours. The cause is in the log under the request id, never in the reply."""

    code = "HE0001"
    message_format = (
        "Internal error. The operator finds the cause in the log under this request id."
    )


class ServiceUnavailable(HearthError):
    code = "HE0002"
    http_status = 503
    aws_code = "ServiceUnavailable"
    message_format = "No engine answered in time. Try again; nothing was lost."


class Invalid(HearthError):
    code = "HE1000"
    http_status = 400
    aws_code = "ValidationError"
    message_format = "Data supplied was not valid: {reason}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault found in a template, environment or parameter.

    ``path`` is the place in the document: strings for keys, ints for list positions.
    """

    message: str
    path: tuple[str | int, ...] = ()
    error: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [part for part in (self.error, dotted(self.path), self.message) if part]
        return ": ".join(parts)


def dotted(path: Iterable[str | int]) -> str:
    """``("resources", "a", 0)`` as ``resources.a[0]`` (contract/templates.md part A)."""
    text = ""
    for part in path:
        if isinstance(part, int) or part.isdigit():
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


class StackValidationFailed(Invalid):
    """All that is wrong with a template, one ``Problem`` each, joined by line breaks."""

    code = "HE1001"

    def __init__(
        self, message: str | None = None, *, problems: Iterable[Problem] = (), **fields: Any
    ) -> None:
        told = tuple(problems) or (Problem(message or "The template is not valid."),)
        super().__init__("\n".join(map(str, told)), problems=told, **fields)


class InvalidSchemaError(Invalid):
    code = "HE1002"
    message_format = "{message}"


class InvalidTemplateVersion(Invalid):
    code = "HE1003"
    message_format = "The template version is invalid: {explanation}"


class InvalidTemplateSection(Invalid):
    code = "HE1004"
    message_format = "The template section is invalid: {section}"


class InvalidTemplateReference(Invalid):
    code = "HE1005"
    message_format = 'The specified reference "{resource}" (in {key}) is incorrect.'


class InvalidTemplateAttribute(Invalid):
    code = "HE1006"
    message_format = "The Referenced Attribute ({resource} {key}) is incorrect."


class CircularDependencyException(Invalid):
    code = "HE1007"
    message_format = "Circular Dependency Found: {cycle}"


class UserParameterMissing(Invalid):
    code = "HE1008"
    message_format = "The Parameter ({key}) was not provided."


class UnknownUserParameter(Invalid):
    code = "HE1009"
    message_format = "The Parameter ({key}) was not defined in template."


class ImmutableParameterModified(Invalid):
    code = "HE1010"
    message_format = "The following parameters are immutable and may not be updated: {keys}"


class RequestLimitExceeded(Invalid):
    code = "HE1011"
    aws_code = "LimitExceededException"
    message_format = "Request limit exceeded: {message}"

    def __init__(self, message: str | None = None, *, limit: str = "", **fields: Any) -> None:
        """``limit`` says what was exceeded; it is put behind the fixed words."""
        super().__init__(
            f"Request limit exceeded: {limit}" if message is None else message, **fields
        )


class NotSupported(Invalid):
    code = "HE1012"
    message_format = "{feature} is not supported."


class ResourceActionNotSupported(Invalid):
    code = "HE1013"
    message_format = "{action} is not supported for resource."


class ResourceTypeUnavailable(Invalid):
    code = "HE1014"
    message_format = (
        "HEAT-E99001 Service {service} is not available for resource type {type}, reason: {reason}"
    )


class MissingCredentialError(Invalid):
    code = "HE1015"
    message_format = "Missing required credential: {required}"


class InvalidBreakPointHook(Invalid):
    code = "HE1016"
    message_format = 'The "{hook}" hook is not defined on {resource}'


class PhysicalResourceIDAmbiguity(Invalid):
    code = "HE1017"
    message_format = "Multiple resources were found with the physical ID ({phys_id})."


class InvalidMergeStrategyForParam(Invalid):
    code = "HE1018"
    message_format = "Invalid merge strategy '{strategy}' for parameter '{param}'."


class ConflictingMergeStrategyForParam(Invalid):
    code = "HE1019"
    message_format = (
        "Conflicting merge strategy '{strategy}' for parameter '{param}' in file '{file}'."
    )


class ResourceActionRestricted(Invalid):
    code = "HE1025"
    message_format = "{action} is restricted for resource."


class ExportNotFound(Invalid):
    code = "HE1030"
    message_format = "No export named {name} found."


class ExportExists(Invalid):
    code = "HE1031"
    message_format = "Export with name {name} is already exported by stack {stack_name}."


class ExportInUse(Invalid):
    code = "HE1032"
    message_format = "Export {name} cannot be deleted as it is in use by {importers}."


class TooManyStreams(HearthError):
    code = "HE1100"
    http_status = 429
    aws_code = "Throttling"
    message_format = "{of} has at most {limit} streams of events at a time. Close one, or wait."


class NotAuthenticated(HearthError):
    code = "HE2000"
    http_status = 401
    aws_code = "InvalidClientTokenId"
    message_format = "Authentication required"


class Forbidden(HearthError):
    code = "HE2001"
    http_status = 403
    aws_code = "AccessDenied"
    message_format = "You are not authorized to use {action}."


class SignatureDoesNotMatch(Forbidden):
    code = "HE2002"
    aws_code = "SignatureDoesNotMatch"
    message_format = "The request signature does not match. Use the URL exactly as it was given."


class NotFound(HearthError):
    code = "HE3000"
    http_status = 404
    aws_code = "ValidationError"
    message_format = "Not found"


class EntityNotFound(NotFound):
    code = "HE3001"
    message_format = "The {entity} ({name}) could not be found."


class ResourceNotFound(NotFound):
    code = "HE3002"
    message_format = "The Resource ({resource_name}) could not be found in Stack {stack_name}."


class ResourceNotAvailable(NotFound):
    code = "HE3003"
    message_format = "The Resource ({resource_name}) is not available."


class StackExists(HearthError):
    code = "HE4001"
    http_status = 409
    aws_code = "AlreadyExistsException"
    message_format = "The Stack ({stack_name}) already exists."


class ActionInProgress(HearthError):
    code = "HE4002"
    http_status = 409
    aws_code = "InvalidAction"
    message_format = "Stack {stack_name} already has an action ({action}) in progress."
