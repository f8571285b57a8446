"""OS::Heat::SwiftSignalHandle and OS::Heat::SwiftSignal.

Signals are the versions of an object that its holder writes by a temporary URL. Source:
contract/engine-semantics.md section 10.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from heat_engine.clouds.interface import CloudError
from heat_engine.language.schema import Attribute, Kind, Property, between
from heat_engine.resources.heat import object_signals
from heat_engine.resources.heat.object_signals import SUCCESS
from heat_engine.resources.heat.wait_condition import (
    AFTER_DEADLINE,
    LONGEST_TIMEOUT,
    clock,
    data_text,
)
from heat_engine.resources.openstack import object_store
from heat_engine.resources.openstack.calls import guarded, poll, refused
from heat_engine.resources.openstack.object_store import CONTAINERS, OBJECTS, SERVICE
from heat_engine.resources.protocol import (
    Progress,
    Request,
    ResourceType,
    Signal,
    done,
    failed,
)

FAILURE = "FAILURE"
INVALID = '"{path}" is not a valid SwiftSignalHandle.  The {part} is invalid'


class SwiftSignalHandle(ResourceType):
    """An object in the stack's container. What it may be written with is its reference.

    The container lives as long as a handle's mark is in it, so that one handle cannot take it
    from under another one that is just being made.
    """

    name = "OS::Heat::SwiftSignalHandle"
    description = "An object whose temporary URL takes the signals that a SwiftSignal waits for."
    support_status = {"status": "SUPPORTED", "version": "2014.2"}
    supports_check = True
    attributes = {
        "token": Attribute("Empty; there for handles to be alike.", live=True),
        "endpoint": Attribute("URL to put signals to.", live=True),
        "curl_cli": Attribute(
            'A curl command that signals success, to be completed with "--data-binary" and a '
            "JSON text.",
            live=True,
        ),
    }

    def create(self, request: Request) -> Progress:
        return guarded(request, self._make)

    def delete(self, request: Request) -> Progress:
        return guarded(request, self._remove)

    def check(self, request: Request) -> Progress:
        try:
            request.cloud.get(SERVICE, CONTAINERS, request.stack_id)
        except CloudError as error:
            return failed(str(error), "NotFound")
        return done()

    def _make(self, request: Request) -> Progress:
        cloud, container = request.cloud, request.stack_id
        wanted = {"name": container, "versions": True}
        cloud.create(SERVICE, CONTAINERS, wanted, token=f"signals-{container}")
        mark = {"container": container, "name": f".handles/{request.physical_name}"}
        try:
            cloud.create(SERVICE, OBJECTS, mark, token=request.token)
        except CloudError as error:
            # The last handle before this one has just gone, and the container with it.
            return refused(request, error, again=error.kind == "not_found" or error.retryable)
        url = object_store.temporary_url(cloud, container, request.physical_name, "PUT")
        shown = {"token": "", "endpoint": url, "curl_cli": f"curl -i -X PUT '{url}'"}
        return done(physical_id=request.physical_name, reference_id=url, attributes=shown)

    @staticmethod
    def _remove(request: Request) -> Progress:
        cloud, container = request.cloud, request.stack_id
        object_store.empty(cloud, container, name=request.physical_name)
        cloud.forget(SERVICE, OBJECTS, request.token)
        try:
            object_store.gone(cloud, CONTAINERS, container)
        except CloudError as error:
            if error.kind != "conflict":
                raise
        return done()


class SwiftSignal(ResourceType):
    """Waits until enough signals have been written, one of them is a failure, or time is up."""

    name = "OS::Heat::SwiftSignal"
    description = "A resource that waits until enough signals were put to its handle's URL."
    support_status = {"status": "SUPPORTED", "version": "2014.2"}
    error_wait = False
    properties = {
        "handle": Property(Kind.STRING, "Reference to the handle: its URL.", required=True),
        "timeout": Property(
            Kind.NUMBER,
            "Seconds to wait for the signals.",
            required=True,
            constraints=(between(1, LONGEST_TIMEOUT),),
        ),
        "count": Property(
            Kind.INTEGER,
            "Number of successful signals to wait for.",
            default=1,
            constraints=(between(1, 1000),),
        ),
    }
    attributes = {"data": Attribute("JSON text: the data of each signal by its id.")}

    def create(self, request: Request) -> Progress:
        problem = handle_problem(request.properties["handle"], request.stack_id)
        if problem is not None:
            return failed(problem, "ValueError")
        return guarded(request, self._look)

    def _look(self, request: Request) -> Progress:
        name = object_of(request.properties["handle"])
        found = request.cloud.list(SERVICE, OBJECTS, container=request.stack_id, name=name)
        late = request.elapsed > request.properties["timeout"]
        if len(found) == request.saved.get("seen", 0) and not late:
            return self._wait(request, request.saved.get("counted", 0), len(found))
        try:
            bodies = [object_store.content(request.cloud, item) for item in found]
            signals = object_signals.parsed(bodies)
        except ValueError as error:
            return failed(str(error), "ValueError")
        return self._judged(request, signals, len(found), late=late)

    def _judged(
        self, request: Request, signals: Sequence[Signal], seen: int, *, late: bool
    ) -> Progress:
        wanted = request.properties["count"]
        reasons = ";".join(signal.reason for signal in signals if signal.reason)
        if late:
            text = f"{len(signals)} of {wanted} received"
            return failed(f"{text} - {reasons}" if reasons else text, "SwiftSignalTimeout")
        failures = [signal for signal in signals if signal.status == FAILURE]
        if failures:
            why = ";".join(signal.reason for signal in failures)
            return failed(why, "SwiftSignalFailure")
        for signal in signals:
            if signal.status != SUCCESS:
                return failed(f"Unknown status: {signal.status}", "Error")
        if len(signals) >= wanted:
            return done(attributes={"data": data_text(signals)})
        return self._wait(request, len(signals), seen)

    @staticmethod
    def _wait(request: Request, counted: int, seen: int) -> Progress:
        wanted, timeout = request.properties["count"], request.properties["timeout"]
        noun = "signal" if wanted == 1 else "signals"
        words = f"{counted} of {wanted} {noun} (until {clock(timeout)} from start)"
        progress = poll(request, words, saved={"counted": counted, "seen": seen})
        left = timeout - request.elapsed + AFTER_DEADLINE
        return _sooner(progress, left)


def _sooner(progress: Progress, left: float) -> Progress:
    """The same wait, but not longer than what is left of the time."""
    return Progress(
        progress.outcome,
        after=min(progress.after or left, left),
        saved=progress.saved,
        waiting_for=progress.waiting_for,
    )


def handle_problem(url: Any, stack_id: str) -> str | None:
    """What is wrong with a handle's URL, None when nothing is."""
    try:
        path = urlsplit(str(url)).path
    except ValueError:
        path = str(url)
    parts = path.split("/", 4)
    if len(parts) != 5 or not all(parts[1:]) or parts[1] != "v1":
        return INVALID.format(path=path, part="Swift TempURL path")
    if unquote(parts[3]) != stack_id:
        return INVALID.format(path=path, part="container name")
    return None


def object_of(url: str) -> str:
    """The object's name in a handle's URL."""
    return unquote(urlsplit(url).path.split("/", 4)[4])
