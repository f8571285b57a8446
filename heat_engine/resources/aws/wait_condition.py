"""AWS::CloudFormation::WaitCondition (contract/engine-semantics.md section 10.3)."""

from __future__ import annotations

from urllib.parse import urlsplit

from common.errors import HearthError
from common.identifiers import StackIdentity
from heat_engine.language.schema import Attribute, Kind, Property, between
from heat_engine.resources.heat.wait_condition import LONGEST_TIMEOUT, BaseWaitCondition
from heat_engine.resources.protocol import Request


def identity_of(url: str) -> StackIdentity | None:
    """Whose signals the URL takes; None when it is no such URL."""
    try:
        path = urlsplit(url).path
        start = path.lower().find("arn%3a")
        start = path.find("arn:") if start < 0 else start
        return StackIdentity.from_arn(path[start:]) if start >= 0 else None
    except (HearthError, ValueError):
        return None


class AWSWaitCondition(BaseWaitCondition):
    name = "AWS::CloudFormation::WaitCondition"
    description = "A resource that waits until its handle's URL has received enough signals."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    listens_to = "Handle"
    timeout_key, count_key, data_key = "Timeout", "Count", "Data"
    properties = {
        "Handle": Property(Kind.STRING, "Reference to a wait condition handle.", required=True),
        "Timeout": Property(
            Kind.INTEGER,
            "Seconds to wait for the signals.",
            required=True,
            constraints=(between(1, LONGEST_TIMEOUT),),
        ),
        "Count": Property(
            Kind.INTEGER,
            "Number of successful signals to wait for.",
            default=1,
            updatable=True,
            constraints=(between(1),),
        ),
    }
    attributes = {"Data": Attribute("JSON text: the data of each signal by its id.", live=True)}

    def invalid_handle(self, request: Request) -> str | None:
        handle = str(request.properties["Handle"])
        identity = identity_of(handle)
        if identity is None:
            return f"{handle} is not a valid wait condition handle."
        if identity.tenant != request.project_id:
            return f"WaitCondition invalid Handle tenant {identity.tenant}"
        if identity.stack_name != request.stack_name or identity.stack_id != request.stack_id:
            return f"WaitCondition invalid Handle stack {identity.stack_name}"
        if request.signals is None:
            return f"WaitCondition invalid Handle {identity.resource_name}"
        return None
