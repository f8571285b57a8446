from __future__ import annotations

import json
from typing import Any

import pytest

from common.errors import Invalid
from heat_engine.resources.heat.wait_condition_handle import WaitConditionHandle
from heat_engine.resources.protocol import Outcome, Request, Signal
from tests.unit.resources.driver import GUEST, request, run

KIND = WaitConditionHandle()


def made(transport: str) -> Request:
    progress, call = run(KIND.create, request(KIND, {"signal_transport": transport}, guest=GUEST))
    assert progress.outcome is Outcome.DONE
    return call


def test_token_signal_shows_token_endpoint_and_command() -> None:
    call = made("TOKEN_SIGNAL")
    assert call.physical_id == GUEST.user_id
    assert KIND.read(call, "token") == GUEST.token
    assert KIND.read(call, "endpoint") == GUEST.endpoint
    assert KIND.read(call, "signal") == "null"
    assert KIND.read(call, "curl_cli") == (
        "curl -i -X POST -H 'X-Auth-Token: token-1' -H 'Content-Type: application/json' "
        f"-H 'Accept: application/json' {GUEST.endpoint}"
    )


@pytest.mark.parametrize(
    ("transport", "wanted"),
    [
        ("CFN_SIGNAL", {"alarm_url": GUEST.signal_url}),
        ("NO_SIGNAL", {}),
    ],
)
def test_other_transports_show_a_signal_only(transport: str, wanted: dict[str, str]) -> None:
    call = made(transport)
    assert json.loads(KIND.read(call, "signal")) == wanted
    assert [KIND.read(call, name) for name in ("token", "endpoint", "curl_cli")] == [None] * 3


def test_heat_signal_shows_the_credential() -> None:
    shown = json.loads(KIND.read(made("HEAT_SIGNAL"), "signal"))
    assert shown.keys() == {
        "auth_url",
        "username",
        "user_id",
        "password",
        "project_id",
        "domain_id",
        "region_name",
        "alarm_url",
    }
    assert (shown["user_id"], shown["password"]) == (GUEST.user_id, GUEST.secret)


@pytest.mark.parametrize("transport", ["ZAQAR_SIGNAL"])
def test_transports_without_their_service_are_refused(transport: str) -> None:
    (problem,) = KIND.validate({"signal_transport": transport}, 60)
    assert problem.startswith(f"signal_transport {transport} needs ")
    assert KIND.validate({"signal_transport": "TOKEN_SIGNAL"}, 60) == ()


@pytest.mark.parametrize("details", [None, {}])
def test_an_empty_signal_counts_as_success(details: Any) -> None:
    stored = [Signal("1", "SUCCESS", "", None)]
    result = KIND.signal(request(KIND, signals=stored), details)
    assert (result.store, result.status, result.id, result.detail) == (True, "SUCCESS", None, None)
    assert result.reason == "status:SUCCESS reason:Signal 2 received"


def test_all_keys() -> None:
    details = {"status": "FAILURE", "reason": "disk", "data": {"a": [1]}, "id": 7}
    result = KIND.signal(request(KIND, signals=[]), details)
    assert (result.status, result.id, result.data) == ("FAILURE", "7", {"a": [1]})
    assert (result.detail, result.reason) == ("disk", "status:FAILURE reason:disk")


@pytest.mark.parametrize(
    "details",
    [
        {"Status": "SUCCESS"},
        {"status": "GOOD"},
        {"status": None},
        {"status": ["SUCCESS"]},
        {"id": "x" * 256},
        ["SUCCESS"],
        "text",
        5,
    ],
)
def test_malformed_signals(details: Any) -> None:
    with pytest.raises(Invalid) as caught:
        KIND.signal(request(KIND, signals=[]), details)
    assert caught.value.message == "Metadata format invalid"


def test_without_a_credential_it_fails() -> None:
    assert KIND.create(request(KIND)).outcome is Outcome.FAILED
