from __future__ import annotations

from typing import Any

import pytest

from common.errors import Invalid
from heat_engine.resources.aws.wait_condition_handle import (
    AWSWaitConditionHandle,
    UpdateWaitConditionHandle,
)
from tests.unit.resources.driver import GUEST, request, run

KIND = AWSWaitConditionHandle()
SIGNAL = {"Status": "SUCCESS", "Reason": "up", "Data": "x", "UniqueId": "1"}


def test_its_reference_is_the_signed_url() -> None:
    progress, _ = run(KIND.create, request(KIND, guest=GUEST))
    assert progress.reference_id == GUEST.waitcondition_url
    assert progress.physical_id == GUEST.user_id


def test_a_signal_with_exactly_four_keys_is_stored() -> None:
    result = KIND.signal(request(KIND, signals=[]), SIGNAL)
    assert (result.store, result.id, result.data, result.detail) == (True, "1", "x", "up")
    assert result.reason == "status:SUCCESS reason:up"


def test_no_details_do_nothing() -> None:
    result = KIND.signal(request(KIND, signals=[]), None)
    assert (result.reason, result.store) == (None, False)


@pytest.mark.parametrize(
    "details",
    [
        {},
        {key: value for key, value in SIGNAL.items() if key != "Data"},
        {**SIGNAL, "Extra": 1},
        {**SIGNAL, "Status": "success"},
        {**SIGNAL, "Status": ["SUCCESS"]},
        [SIGNAL],
    ],
)
def test_malformed_signals(details: Any) -> None:
    with pytest.raises(Invalid, match="Metadata format invalid"):
        KIND.signal(request(KIND, signals=[]), details)


def test_only_the_update_form_is_replaced_by_every_update() -> None:
    assert not KIND.must_replace(request(KIND))
    assert UpdateWaitConditionHandle().must_replace(request(KIND))
