"""AWS::CloudFormation::WaitConditionHandle and OS::Heat::UpdateWaitConditionHandle.

Source: contract/engine-semantics.md section 10.3, contract/aws-apis.md section 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.resources.heat.wait_condition_handle import BaseHandle, invalid_metadata, result
from heat_engine.resources.protocol import Guest, Progress, Request, Signal, SignalResult, done

KEYS = frozenset({"Status", "Reason", "Data", "UniqueId"})


class AWSWaitConditionHandle(BaseHandle):
    """Ref gives a signed URL, to which a guest puts its signals."""

    name = "AWS::CloudFormation::WaitConditionHandle"
    description = "A resource whose reference is the URL for signals to a wait condition."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}

    def describe(self, request: Request, guest: Guest) -> Progress:
        return done(physical_id=guest.user_id, reference_id=guest.waitcondition_url)

    def signal_metadata(self, signals: Sequence[Signal]) -> dict[str, Any]:
        return {
            item.id: {"Status": item.status, "Reason": item.reason, "Data": item.data}
            for item in signals
        }

    def signal(self, request: Request, details: Any) -> SignalResult:
        """Exactly the keys Status, Reason, Data, UniqueId. No details at all: nothing is done."""
        if details is None:
            return SignalResult(None)
        if not isinstance(details, Mapping) or details.keys() != KEYS:
            raise invalid_metadata()
        reason = str(details["Reason"])
        return result(
            details["Status"], reason, details["Data"], str(details["UniqueId"]), detail=reason
        )


class UpdateWaitConditionHandle(AWSWaitConditionHandle):
    """Made anew by every update of the stack, so that what waits for it waits again."""

    name = "OS::Heat::UpdateWaitConditionHandle"
    description = "A wait condition handle that every update of the stack replaces."
    always_replaced = True

    def must_replace(self, request: Request) -> bool:
        return True
