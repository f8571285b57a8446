from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from common.identifiers import StackIdentity
from heat_engine.resources.aws.wait_condition import AWSWaitCondition, identity_of
from heat_engine.resources.protocol import Outcome, Request, Signal
from tests.unit.resources.driver import request

KIND = AWSWaitCondition()


def url(tenant: str = "project", stack: str = "stack", stack_id: str = "stack-id") -> str:
    arn = StackIdentity(tenant, stack, stack_id).resource("handle").arn()
    return f"http://cfn:8000/v1/waitcondition/{arn.replace(':', '%3A')}?Signature=abc"


def call(handle: str, **fields: Any) -> Request:
    return request(KIND, {"Handle": handle, "Timeout": "60", "Count": 1}, **fields)


def test_waits_for_the_handle_of_its_own_stack() -> None:
    waiting = call(url(), signals=[])
    assert KIND.create(waiting).waiting_for == "0 of 1 signal (until 00:01:00 from start)"
    signalled = replace(waiting, signals=[Signal("a", "SUCCESS", "", "data")])
    assert KIND.create(signalled).outcome is Outcome.DONE
    assert KIND.read(signalled, "Data") == '{"a": "data"}'


def test_urls_without_percent_encoding_are_read_too() -> None:
    identity = identity_of(url().replace("%3A", ":"))
    assert identity is not None
    assert (identity.tenant, identity.resource_name) == ("project", "handle")


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        ("handle", "handle is not a valid wait condition handle."),
        (url(tenant="other"), "WaitCondition invalid Handle tenant other"),
        (url(stack="other"), "WaitCondition invalid Handle stack other"),
        (url(stack_id="other"), "WaitCondition invalid Handle stack stack"),
        (url(), "WaitCondition invalid Handle handle"),
    ],
)
def test_invalid_handles(handle: str, reason: str) -> None:
    progress = KIND.create(call(handle, signals=None))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ValueError")
    assert progress.reason == reason
