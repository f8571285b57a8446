"""What all types have in common whose thing is a nested stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as changed_copy
from typing import Any

from common import errors
from heat_engine.language.scope import follow
from heat_engine.resources.child import ChildStack, cause
from heat_engine.resources.protocol import (
    ADOPTED,
    Outcome,
    Progress,
    Request,
    ResourceType,
    done,
    failed,
    replace,
    wait,
)

ASKED = "asked"
MEMBER = "resource."


class NestedStack(ResourceType):
    """Verbs that ask for the nested stack in a state and then wait until it is in it."""

    nested = True
    instant = True
    supports_check = True
    open_attributes = True

    def wanted(self, request: Request) -> ChildStack:
        """The stack that the properties describe."""
        raise NotImplementedError

    def final(self, request: Request) -> ChildStack:
        """The stack that a create or an update ends with; there may be others on the way."""
        return self.wanted(request)

    def made(self, request: Request) -> Progress:
        """What to keep when the stack is made or updated."""
        return done()

    def create(self, request: Request) -> Progress:
        if not request.saved.get(ASKED):
            return self.ask(request, self.wanted(request))
        return self.ended(request) or self.made(request)

    def update(self, request: Request) -> Progress:
        if not request.saved.get(ASKED):
            if request.child is None or request.child.action == "DELETE":
                return replace()
            return self.ask(request, changed_copy(self.wanted(request), action="UPDATE"))
        return self.ended(request) or self.made(request)

    def delete(self, request: Request) -> Progress:
        if request.child is None or (request.child.action, request.child.status) == (
            "DELETE",
            "COMPLETE",
        ):
            return done()
        return self._act(request, "DELETE")

    def check(self, request: Request) -> Progress:
        if request.child is None:
            return failed("The nested stack does not exist.", "NotFound")
        return self._act(request, "CHECK")

    def suspend(self, request: Request) -> Progress:
        return self._act(request, "SUSPEND")

    def resume(self, request: Request) -> Progress:
        return self._act(request, "RESUME")

    def adopt(self, request: Request) -> Progress:
        if not request.saved.get(ASKED):
            adopted = request.saved.get(ADOPTED, {}).get("resources") or {}
            wanted = changed_copy(self.wanted(request), action="ADOPT", adopted=adopted)
            return self.ask(request, wanted)
        return self.ended(request) or self.made(request)

    def snapshot(self, request: Request) -> Progress:
        progress = self._act(request, "SNAPSHOT")
        if (
            progress.outcome is Outcome.DONE
            and request.child
            and request.child.action != "SNAPSHOT"
        ):
            return failed("The nested stack was changed meanwhile.", "Error")
        return progress

    def _act(self, request: Request, action: str) -> Progress:
        if not request.saved.get(ASKED):
            return self.ask(request, ChildStack(action))
        return self.ended(request) or done()

    def ask(self, request: Request, child: ChildStack, **saved: Any) -> Progress:
        """Have the engine bring the stack there; ``saved`` is kept besides the mark of it."""
        words = f"nested stack {request.child.name}" if request.child else "its nested stack"
        return wait(words, child=child, saved={**saved, ASKED: True})

    def ended(self, request: Request) -> Progress | None:
        """A wait while the stack is on its way, its failure; None when it has got there."""
        child = request.child
        if child is None:
            return failed("The nested stack is gone.", "NotFound")
        if child.status == "IN_PROGRESS":
            return wait(f"nested stack {child.name}", saved=request.saved)
        if child.status == "FAILED":
            why = cause(child.reason)
            return failed(why.message, why.error, place=why.place)
        if child.action == "DELETE" and request.saved.get(ASKED) and request.verb != "delete":
            return failed("The nested stack was deleted.", "NotFound")
        return None

    def replace_failed(self, request: Request) -> bool:
        """What is left of a failed stack is mended; one that was marked unhealthy is not."""
        child = request.child
        if child is None or child.action == "DELETE":
            return True
        return request.state == "CHECK_FAILED" and child.status != "FAILED"

    def select(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        if attribute.startswith(MEMBER):
            return self._member(request, attribute.removeprefix(MEMBER), path)
        return self.own(request, attribute, path)

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        """An attribute that is not of the form ``resource.<member>``."""
        raise errors.InvalidTemplateAttribute(resource=request.name, key=attribute)

    def _member(self, request: Request, rest: str, path: Sequence[Any]) -> Any:
        if request.child is None:
            return None
        member, _, attribute = rest.partition(".")
        try:
            if attribute:
                return request.child.attribute(member, attribute, path)
            if path and isinstance(path[0], str):
                return request.child.attribute(member, path[0], path[1:])
            return follow(request.child.reference_id(member), path)
        except KeyError:
            raise errors.NotFound(
                f"Member '{member}' not found in group resource '{request.name}'."
            ) from None
