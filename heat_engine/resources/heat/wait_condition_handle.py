"""OS::Heat::WaitConditionHandle, and what the AWS forms share with it.

Source: contract/engine-semantics.md section 10.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from common import errors
from heat_engine.language.schema import Attribute, Kind, Property, one_of
from heat_engine.resources.heat import object_signals
from heat_engine.resources.protocol import (
    Guest,
    Progress,
    Request,
    ResourceType,
    SignalResult,
    done,
    failed,
)

OBJECT = "signal"
STATUSES = ("SUCCESS", "FAILURE")
LONGEST_ID = 255
REFUSED = {"ZAQAR_SIGNAL": "a message queue"}


def invalid_metadata() -> errors.Invalid:
    return errors.Invalid("Metadata format invalid")


def result(
    status: Any, reason: str, data: Any, id: str | None, *, detail: str | None
) -> SignalResult:
    """The signal to store. Raises Invalid when the status is none or the id too long."""
    if status not in STATUSES or (id is not None and len(id) > LONGEST_ID):
        raise invalid_metadata()
    text = f"status:{status} reason:{reason}"
    return SignalResult(text, status=status, id=id, data=data, store=True, detail=detail)


class BaseHandle(ResourceType):
    """Takes signals, which the engine stores, by a credential that reaches nothing else."""

    instant = True
    needs_guest = True
    is_handle = True
    supports_signal = True

    def create(self, request: Request) -> Progress:
        if request.guest is None:
            return failed("There is no credential for signals.", "Error")
        return self.describe(request, request.guest)

    def adopt(self, request: Request) -> Progress:
        """The old credential was good for another stack's handle only."""
        return self.create(request)

    def describe(self, request: Request, guest: Guest) -> Progress:
        """What the made handle shows of the credential."""
        raise NotImplementedError


def container_of(reference: str) -> str:
    """The container of the signals of a handle with that reference."""
    return f"signals-{reference}"


def curl_command(guest: Guest) -> str:
    """What a guest runs to signal success; further data goes behind ``--data-binary``."""
    return (
        f"curl -i -X POST -H 'X-Auth-Token: {guest.token}' "
        "-H 'Content-Type: application/json' -H 'Accept: application/json' "
        f"{guest.endpoint}"
    )


def signal_description(transport: str, request: Request, guest: Guest) -> dict[str, str]:
    """What a guest needs to know to signal by that transport."""
    if transport == "CFN_SIGNAL":
        return {"alarm_url": guest.signal_url}
    if transport == "HEAT_SIGNAL":
        return {
            "auth_url": guest.auth_url or guest.endpoint,
            "username": guest.access,
            "user_id": guest.user_id,
            "password": guest.secret,
            "project_id": guest.project_id or request.project_id,
            "domain_id": "",
            "region_name": "",
            "alarm_url": guest.endpoint,
        }
    return {}


class WaitConditionHandle(BaseHandle):
    """With TEMP_URL_SIGNAL its signals are objects in a container of its own."""

    outside = {"signal_transport": object_signals.TRANSPORT}
    name = "OS::Heat::WaitConditionHandle"
    description = "A resource that takes the signals that a wait condition waits for."
    support_status = {"status": "SUPPORTED", "version": "2014.2"}
    properties = {
        "signal_transport": Property(
            Kind.STRING,
            "How the guest sends its signals.",
            default="TOKEN_SIGNAL",
            constraints=(
                one_of(
                    "CFN_SIGNAL",
                    "TEMP_URL_SIGNAL",
                    "HEAT_SIGNAL",
                    "NO_SIGNAL",
                    "ZAQAR_SIGNAL",
                    "TOKEN_SIGNAL",
                ),
            ),
        ),
    }
    attributes = {
        "token": Attribute("Token to use with the endpoint; TOKEN_SIGNAL only.", live=True),
        "endpoint": Attribute("URL to send signals to; TOKEN_SIGNAL only.", live=True),
        "curl_cli": Attribute(
            "A curl command that signals success, to be completed with "
            '"--data-binary" and a JSON text; TOKEN_SIGNAL only.',
            live=True,
        ),
        "signal": Attribute("JSON text: what the guest needs to signal.", live=True),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        transport = properties.get("signal_transport")
        if transport not in REFUSED:
            return ()
        message = (
            f"signal_transport {transport} needs {REFUSED[transport]}, which is not offered here. "
            "Use TOKEN_SIGNAL, CFN_SIGNAL, HEAT_SIGNAL, TEMP_URL_SIGNAL or NO_SIGNAL."
        )
        return (message,)

    def describe(self, request: Request, guest: Guest) -> Progress:
        transport = request.properties["signal_transport"]
        shown: dict[str, Any] = dict.fromkeys(self.attributes)
        if transport == "TOKEN_SIGNAL":
            shown.update(
                token=guest.token,
                endpoint=guest.endpoint,
                curl_cli=curl_command(guest),
                signal=json.dumps(None),
            )
        elif transport == object_signals.TRANSPORT:
            where = container_of(guest.user_id)
            url = object_signals.url(request.cloud, where, OBJECT)
            shown["signal"] = json.dumps({"alarm_url": url})
        else:
            shown["signal"] = json.dumps(signal_description(transport, request, guest))
        return done(physical_id=guest.user_id, attributes=shown)

    def delete(self, request: Request) -> Progress:
        if request.properties["signal_transport"] == object_signals.TRANSPORT and request.guest:
            object_signals.remove(request.cloud, container_of(request.guest.user_id))
        return done()

    def signal(self, request: Request, details: Any) -> SignalResult:
        """All keys are optional: status, reason, data, id."""
        given = {} if details is None else details
        if not isinstance(given, Mapping) or not given.keys() <= {"status", "reason", "data", "id"}:
            raise invalid_metadata()
        number = 1 if request.signals is None else len(request.signals) + 1
        signal_id, reason = given.get("id"), given.get("reason")
        detail = None if reason is None else str(reason)
        return result(
            given.get("status", "SUCCESS"),
            f"Signal {number} received" if detail is None else detail,
            given.get("data"),
            None if signal_id is None else str(signal_id),
            detail=detail,
        )
