"""Types that are another type under other names: their properties are translated, no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from heat_engine.clouds.interface import CloudError
from heat_engine.language import properties as language_properties
from heat_engine.resources.openstack.calls import guarded
from heat_engine.resources.openstack.rest import RestType
from heat_engine.resources.protocol import Progress, Request, ResourceType


class TranslatedType(ResourceType):
    """Every verb is the basis's, called with what this type's properties are there.

    basis: the type that does the work. ``given`` of a value may look things up in the cloud.
    """

    basis: ClassVar[RestType]
    observes = True

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        """The basis's properties. May raise CloudError."""
        raise NotImplementedError

    def told(self, request: Request, progress: Progress) -> Progress:
        """What the basis has reached, as this type tells it."""
        return progress

    def translated(self, request: Request) -> Request:
        """The request as the basis wants it."""
        now = self._complete(request, request.properties)
        before: Mapping[str, Any] = {}
        changed: frozenset[str] = frozenset()
        if request.previous and request.changed:
            before = self._complete(request, request.previous)
            # What an unfinished update has tried need not differ from the last success.
            without = {**request.properties, **dict.fromkeys(request.changed)}
            touched = self._complete(request, without)
            changed = frozenset().union(
                *(
                    language_properties.changed(self.basis.properties, other, now)
                    for other in (before, touched)
                )
            )
        return replace(request, properties=now, previous=before, changed=changed)

    def _complete(self, request: Request, properties: Mapping[str, Any]) -> dict[str, Any]:
        given = self.given(request, properties)
        # What the basis did not take at its creation must not be in the way of its end.
        read = (
            language_properties.complete
            if request.verb in ("create", "update")
            else language_properties.lenient
        )
        return read(self.basis.properties, given)

    def _call(self, request: Request, verb: Callable[[Request], Progress]) -> Progress:
        return guarded(request, lambda call: self.told(call, verb(self.translated(call))))

    def create(self, request: Request) -> Progress:
        return self._call(request, self.basis.create)

    def update(self, request: Request) -> Progress:
        return self._call(request, self.basis.update)

    def delete(self, request: Request) -> Progress:
        return self._call(request, self.basis.delete)

    def release(self, request: Request) -> Progress:
        return self._call(request, self.basis.release)

    def check(self, request: Request) -> Progress:
        return self._call(request, self.basis.check)

    def suspend(self, request: Request) -> Progress:
        return self._call(request, self.basis.suspend)

    def resume(self, request: Request) -> Progress:
        return self._call(request, self.basis.resume)

    def observe(self, request: Request) -> Progress:
        """Whether the thing is still there; which of its properties differ cannot be told back."""
        progress = guarded(request, lambda call: self.basis.observe(self.translated(call)))
        return replace(progress, observed={})

    def adopt(self, request: Request) -> Progress:
        return self._call(request, self.basis.adopt)

    def snapshot(self, request: Request) -> Progress:
        return self._call(request, self.basis.snapshot)

    def drop_snapshot(self, request: Request) -> Progress:
        return self._call(request, self.basis.drop_snapshot)

    def watch(self, request: Request) -> Progress | None:
        return self.basis.watch(request)

    def must_replace(self, request: Request) -> bool:
        try:
            return self.basis.must_replace(self.translated(request))
        except CloudError:
            return False

    def replace_failed(self, request: Request) -> bool:
        return self.basis.replace_failed(request)

    def read(self, request: Request, attribute: str) -> Any:
        if attribute == "show":
            return self.basis.read(request, attribute)
        return super().read(request, attribute)


def texts(values: Sequence[Any] | None) -> list[str]:
    """The values of a list that say something, as text."""
    return [str(value) for value in values or () if value not in (None, "")]
