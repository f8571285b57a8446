"""Types that are one thing in a cloud's collection, as a table over one REST shape.

A type says where each property goes in the body, what an attribute is called in the thing, and
which states are good or broken. Everything else is here and in ``thing``: making it once though
asked twice, waiting, changing, deleting until it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed_copy
from typing import Any, ClassVar

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Kind
from heat_engine.resources.openstack.calls import compact, guarded, poll, reference, refused
from heat_engine.resources.openstack.messages import both
from heat_engine.resources.openstack.thing import ThingType
from heat_engine.resources.protocol import Progress, Request, done, failed, replace


@dataclass(frozen=True, slots=True)
class Field:
    """Where a property goes in the body.

    key: its name there; "" means the same. refers: collection of the property's service (or of
    ``service``) in which a name is looked up, as the body wants an id. merged: the value is a map
    whose entries go into the body themselves. returned: it is a list or a map that the service
    gives back in the shape in which it takes it, with entries of its own perhaps.
    """

    key: str = ""
    refers: str = ""
    service: str = ""
    merged: bool = False
    returned: bool = False


# What a service gives back as it was given.
COMPARABLE = frozenset({Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN})


class RestType(ThingType):
    """The verbs of a thing that is made, changed and deleted by its collection's REST calls."""

    observes = True
    fields: ClassVar[Mapping[str, Field]] = {}

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        problems = []
        for name, old_name in self.old_names.items():
            given = [key for key in (name, old_name) if properties.get(key) is not None]
            if not given:
                problems.append(f"Property {name} not assigned")
            elif len(given) > 1:
                problems.append(both(name, old_name))
        return problems

    def observe(self, request: Request) -> Progress:
        return guarded(request, self.observe_thing)

    def create(self, request: Request) -> Progress:
        return guarded(request, self.create_thing)

    def update(self, request: Request) -> Progress:
        return guarded(request, self.update_thing)

    def delete(self, request: Request) -> Progress:
        return guarded(request, self.delete_thing)

    def body(self, request: Request) -> Document:
        """The body that makes the thing."""
        body = self.render(
            request, [name for name in self.fields if self.given(request, name) is not None]
        )
        if "name" in self.properties:
            body["name"] = request.properties.get("name") or request.physical_name
        return body

    def given(self, request: Request, name: str) -> Any:
        """A property's value, or that of its old name."""
        value = request.properties.get(name)
        if value is None and name in self.old_names:
            return request.properties.get(self.old_names[name])
        return value

    def changes(self, request: Request) -> Document:
        """The body that makes the thing as wanted."""
        body = self.render(request, [name for name in self.fields if name in request.changed])
        if "name" in request.changed:
            body["name"] = request.properties.get("name") or request.physical_name
        return body

    def render(self, request: Request, names: list[str]) -> Document:
        body: Document = {}
        for name in names:
            field, value = self.fields[name], compact(self.given(request, name))
            if value is None:
                value = {Kind.LIST: [], Kind.MAP: {}}.get(self.properties[name].kind)
            if field.refers:
                service = field.service or self.service
                value = reference(request.cloud, service, field.refers, value)
            if field.merged:
                body.update(value or {})
            else:
                body[field.key or name] = value
        return body

    def create_thing(self, request: Request) -> Progress:
        if request.physical_id is None:
            thing = request.cloud.create(
                self.service, self.collection, self.body(request), token=request.token
            )
        else:
            thing = self.get(request)
        return self.settle(request, thing, self.finish_create)

    def update_thing(self, request: Request) -> Progress:
        if not request.saved.get("sent"):
            body = self.changes(request)
            if body:
                request.cloud.update(self.service, self.collection, str(request.physical_id), body)
        return self.settle(request, self.get(request), self.finish_update, saved={"sent": True})

    def observe_thing(self, request: Request) -> Progress:
        try:
            thing = self.get(request)
        except CloudError as error:
            if error.kind == "not_found":
                return replace()
            raise
        if self.is_broken(thing):
            return replace()
        return done(observed=self.drift(request, thing))

    def drift(self, request: Request, thing: Document) -> dict[str, Any]:
        """Properties that can be put back and that the thing has otherwise, as it has them; None
        for lists and maps."""
        found: dict[str, Any] = {}
        for name, prop in self.properties.items():
            field = Field() if name == "name" else self.fields.get(name)
            meant = request.previous.get(name)
            if field is None or field.merged or meant is None or not prop.updatable:
                continue
            key = field.key or name
            if field.returned and meant and isinstance(thing.get(key), list | dict):
                given = self.render(changed_copy(request, properties=request.previous), [name])
                if not holds(thing[key], given.get(key)):
                    found[name] = None
            if key not in thing or prop.kind not in COMPARABLE:
                continue
            if field.refers:
                meant = reference(request.cloud, field.service or self.service, field.refers, meant)
            if thing[key] != meant:
                found[name] = thing[key]
        return found

    def settle(
        self,
        request: Request,
        thing: Document,
        finish: Callable[[Request, Document], Progress],
        **fields: Any,
    ) -> Progress:
        """Wait until the thing is ready, then ``finish``; fail when it is broken."""
        physical_id = self.identify(thing)
        if self.is_broken(thing):
            reason, error = self.breakage(thing)
            may_pass = self.may_pass(thing)
            return failed(reason, error, physical_id=physical_id, transient=may_pass)
        if self.is_ready(thing):
            return finish(request, thing)
        state = str(thing.get("status"))
        wanted = " or ".join(sorted(self.ready))
        return poll(
            request,
            f"{self.noun} to become {wanted} (is {state})",
            physical_id=physical_id,
            **fields,
        )

    def finish(self, request: Request, thing: Document) -> Progress:
        return done(physical_id=self.identify(thing), attributes=self.describe(request, thing))

    def finish_create(self, request: Request, thing: Document) -> Progress:
        return self.finish(request, thing)

    def finish_update(self, request: Request, thing: Document) -> Progress:
        return self.finish(request, thing)

    def delete_thing(self, request: Request) -> Progress:
        cloud, physical_id = request.cloud, request.physical_id
        if physical_id is None:
            cloud.forget(self.service, self.collection, request.token)
            if cloud.find(self.service, self.collection, request.token) is None:
                return self.finish_delete(request)
            return poll(request, f"{self.noun} to be gone")
        try:
            if not request.saved.get("deleting"):
                cloud.delete(self.service, self.collection, physical_id)
            thing = self.get(request)
        except CloudError as error:
            if error.kind == "not_found":
                return self.finish_delete(request)
            return refused(request, error, again=error.retryable or error.kind == "conflict")
        if "ERROR_DELETING" in str(thing.get("status")).upper():
            return failed(f"{self.noun} could not be deleted", "ResourceInError")
        return poll(request, f"{self.noun} to be gone", saved={"deleting": True})

    def finish_delete(self, request: Request) -> Progress:
        """The thing is gone: take away what belonged to it."""
        return done()


def holds(real: Any, given: Any) -> bool:
    """Whether what a service tells is what it was given: entries of maps that it adds, and the
    order of lists, are its own."""
    if isinstance(given, dict):
        return isinstance(real, dict) and all(
            holds(real.get(key), value) for key, value in given.items()
        )
    if isinstance(given, list):
        if not isinstance(real, list) or len(real) != len(given):
            return False
        left = list(real)
        for wanted in given:
            found = next((item for item in left if holds(item, wanted)), None)
            if found is None:
                return False
            left.remove(found)
        return True
    return bool(real == given) or str(real).lower() == str(given).lower()
