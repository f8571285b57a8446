"""What a thing in a cloud's collection shows of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.resources.openstack.calls import guarded
from heat_engine.resources.protocol import Progress, Request, ResourceType, done, failed


class ThingType(ResourceType):
    """A thing in a collection. ``ready`` empty: it is there as soon as it is made.

    shown: attribute to the thing's field, where they differ in name.
    """

    service: ClassVar[str]
    collection: ClassVar[str]
    noun: ClassVar[str]
    shown: ClassVar[Mapping[str, str]] = {}
    ready: ClassVar[frozenset[str]] = frozenset()
    supports_check = True

    def adopt(self, request: Request) -> Progress:
        return guarded(request, self.adopt_thing)

    def adopt_thing(self, request: Request) -> Progress:
        """The thing must be there, in whatever state."""
        if request.physical_id is None:
            return failed("Resource ID was not provided.", "Exception")
        return done(attributes=self.describe(request, self.get(request)))

    def check(self, request: Request) -> Progress:
        return guarded(request, self.check_thing)

    def replace_failed(self, request: Request) -> bool:
        """A failed update of a thing that is itself in order is taken up again."""
        if request.physical_id is None:
            return True
        try:
            return self.is_broken(self.get(request))
        except CloudError:
            return True

    def read(self, request: Request, attribute: str) -> Any:
        declared = self.attributes.get(attribute)
        if attribute != "show" and (declared is None or not declared.live):
            return super().read(request, attribute)
        if request.physical_id is None:
            return None
        try:
            thing = self.get(request)
            return thing if attribute == "show" else self.attribute(request, thing, attribute)
        except CloudError:
            return request.attributes.get(attribute)

    def get(self, request: Request) -> Document:
        return request.cloud.get(self.service, self.collection, str(request.physical_id))

    def identify(self, thing: Document) -> str:
        return str(thing["id"])

    def check_thing(self, request: Request) -> Progress:
        if request.physical_id is None:
            return failed("Resource not created", "Exception")
        thing = self.get(request)
        if self.is_broken(thing) or not self.is_ready(thing):
            wanted = "' or '".join(sorted(self.ready))
            return failed(f"'status': expected '{wanted}', got '{thing.get('status')}'", "Error")
        return done(attributes=self.describe(request, thing))

    def is_broken(self, thing: Document) -> bool:
        return str(thing.get("status")).upper().startswith("ERROR")

    def is_ready(self, thing: Document) -> bool:
        status = thing.get("status")
        return not self.ready or status is None or str(status).upper() in self.ready

    def breakage(self, thing: Document) -> tuple[str, str]:
        """Why the thing is broken, and the error's name."""
        fault = thing.get("fault") or {}
        cause = fault.get("message") or thing.get("status_reason") or "Unknown"
        return f'Went to status {thing["status"]} due to "{cause}"', "ResourceInError"

    def may_pass(self, thing: Document) -> bool:
        """Whether another one like the broken thing may be in order: not where its maker erred."""
        code = (thing.get("fault") or {}).get("code")
        return not isinstance(code, int) or code >= 500

    def describe(self, request: Request, thing: Document) -> dict[str, Any]:
        """The attributes that are kept with the resource."""
        return {
            name: self.attribute(request, thing, name)
            for name, attribute in self.attributes.items()
            if not attribute.live
        }

    def attribute(self, request: Request, thing: Document, name: str) -> Any:
        return thing.get(self.shown.get(name, name))
