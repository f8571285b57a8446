"""Nested stacks as resource types see them: what they want, and what has become of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ChildStack:
    """The nested stack that a verb wants, as data; the engine makes it so and calls again.

    action: CREATE makes the stack, or gives the one that there is already a new goal; UPDATE
    does the latter; ADOPT makes it over ``adopted``, the resources of the document of a stack;
    DELETE, SUSPEND, RESUME, CHECK and SNAPSHOT want no template. parameters: what its
    environment says of them. mapping: the entry of the registry that led to the template, which
    does not hold inside it. timeout_mins None: the parent's.
    """

    action: str
    template: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    mapping: tuple[str, ...] = ()
    timeout_mins: int | None = None
    adopted: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Child(Protocol):
    """The nested stack that a resource has; what it holds is read when it is asked for."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def arn(self) -> str: ...

    @property
    def action(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What its environment says of its parameters."""

    @property
    def template(self) -> Mapping[str, Any]:
        """The document it was made from."""

    def outputs(self) -> Sequence[str]:
        """Names of its outputs."""

    def output(self, name: str) -> Any:
        """An output's value. Raises KeyError when there is none of that name."""

    def members(self) -> Mapping[str, str]:
        """Names of its resources to their states, ``ACTION_STATUS``; oldest first."""

    def reference_id(self, member: str) -> Any:
        """What get_resource of a member gives. Raises KeyError."""

    def attribute(self, member: str, name: str, path: Sequence[Any]) -> Any:
        """A member's attribute. Raises KeyError, InvalidTemplateAttribute."""


_FAILURE = re.compile(r"Resource [A-Z]+ failed: ([^:]+):([^:]+):(.*)", re.DOTALL)
# A cancelled or timed out stack further in: no error has a name there.
_NAMELESS = re.compile(r"Resource [A-Z]+ failed: (resources[.\[][^:]*): (.*)", re.DOTALL)
# A check tells all failures, each in full behind the name of its resource.
_CHECK = re.compile(r"Resource CHECK failed: [^:]+: (?=Resource CHECK failed: )")
_NEXT_CHECK = re.compile(r"; [^:;]+: (?=Resource CHECK failed: )")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a nested stack failed: class of the error, place inside the stack, message."""

    error: str
    place: str
    message: str


def cause(reason: str) -> Cause:
    """The cause that a nested stack's reason names (contract/engine-semantics.md section 9.4).

    Of the failures of a check the first one; how many there are besides is said with it.
    """
    first, others = _first(reason)
    nameless = _NAMELESS.match(first)
    if nameless is not None:
        return Cause("", nameless.group(1), nameless.group(2).strip() + others)
    match = _FAILURE.match(first)
    if match is None:
        return Cause("", "", reason)
    error, place, message = (part.strip() for part in match.groups())
    return Cause(error, place, message + others)


def _first(reason: str) -> tuple[str, str]:
    """The first failure that a reason tells, and words for how many more there are."""
    head = _CHECK.match(reason)
    if head is None:
        return reason, ""
    failures = _NEXT_CHECK.split(reason[head.end() :])
    return failures[0], f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
