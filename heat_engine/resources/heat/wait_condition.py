"""OS::Heat::WaitCondition, and what the AWS form shares with it.

Source: contract/engine-semantics.md section 10.3.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from heat_engine.language.schema import Attribute, Kind, Property, between
from heat_engine.resources.heat import object_signals
from heat_engine.resources.heat.object_signals import SUCCESS
from heat_engine.resources.heat.wait_condition_handle import OBJECT, container_of
from heat_engine.resources.openstack.calls import pause
from heat_engine.resources.protocol import (
    Progress,
    Request,
    ResourceType,
    Signal,
    done,
    failed,
    wait,
)

LONGEST_TIMEOUT = 43200
# A deadline is passed only strictly after it.
AFTER_DEADLINE = 0.001


def clock(seconds: float) -> str:
    """Seconds as ``hh:mm:ss``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"


def data_text(signals: Sequence[Signal]) -> str:
    """The data of all signals as JSON text, by signal id."""
    return json.dumps({signal.id: signal.data for signal in signals})


class BaseWaitCondition(ResourceType):
    """Waits until enough signals have reached a handle, one of them is a failure, or time is up."""

    instant = True
    outside = {"signal_transport": object_signals.TRANSPORT}
    error_wait = False
    timeout_key: ClassVar[str]
    count_key: ClassVar[str]
    data_key: ClassVar[str]

    def invalid_handle(self, request: Request) -> str | None:
        """What is wrong with the handle, None when nothing is."""
        if request.signals is None:
            return f"{request.properties[self.listens_to]} is not a valid wait condition handle."
        return None

    def create(self, request: Request) -> Progress:
        problem = self.invalid_handle(request)
        if problem is not None:
            return failed(problem, "ValueError")
        return self._poll(request, list(request.signals or ()))

    def update(self, request: Request) -> Progress:
        return self.create(request) if self.count_key in request.changed else done()

    def read(self, request: Request, attribute: str) -> Any:
        if attribute != self.data_key:
            return super().read(request, attribute)
        if request.signals is None:
            return ""
        return data_text(self._counted(request, list(request.signals)))

    def _counted(self, request: Request, signals: list[Signal]) -> list[Signal]:
        """The signals, made up to the wanted count for a handle that needs none."""
        if self._from_objects(request):
            where = container_of(str(request.properties[self.listens_to]))
            return object_signals.parsed(object_signals.received(request.cloud, where, OBJECT))
        if request.handle_properties.get("signal_transport") != "NO_SIGNAL":
            return signals
        wanted = request.properties[self.count_key]
        return signals + [
            Signal(str(number), SUCCESS, f"Signal {number} received", None)
            for number in range(len(signals) + 1, wanted + 1)
        ]

    @staticmethod
    def _from_objects(request: Request) -> bool:
        """Whether nobody tells when a signal has come: one has to look."""
        return request.handle_properties.get("signal_transport") == object_signals.TRANSPORT

    def _poll(self, request: Request, stored: list[Signal]) -> Progress:
        try:
            signals = self._counted(request, stored)
        except ValueError as error:
            return failed(str(error), "ValueError")
        wanted: int = request.properties[self.count_key]
        timeout: float = request.properties[self.timeout_key]
        if request.elapsed > timeout:
            reasons = ";".join(signal.reason for signal in signals if signal.reason)
            text = f"{len(signals)} of {wanted} received"
            return failed(f"{text} - {reasons}" if reasons else text, "WaitConditionTimeout")
        failures = [signal for signal in signals if signal.status != SUCCESS]
        if failures:
            reasons = ";".join(signal.reason for signal in failures)
            return failed(reasons, "WaitConditionFailure")
        if len(signals) >= wanted:
            return done()
        noun = "signal" if wanted == 1 else "signals"
        after = timeout - request.elapsed + AFTER_DEADLINE
        if self._from_objects(request):
            after = min(after, pause(request))
        return wait(
            f"{len(signals)} of {wanted} {noun} (until {clock(timeout)} from start)", after=after
        )


class WaitCondition(BaseWaitCondition):
    name = "OS::Heat::WaitCondition"
    description = "A resource that waits until its handle has received enough signals."
    support_status = {"status": "SUPPORTED", "version": "2014.2"}
    listens_to = "handle"
    timeout_key, count_key, data_key = "timeout", "count", "data"
    properties = {
        "handle": Property(
            Kind.STRING, "The wait condition handle that is signalled.", required=True
        ),
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
            updatable=True,
            constraints=(between(1),),
        ),
    }
    attributes = {"data": Attribute("JSON text: the data of each signal by its id.", live=True)}
