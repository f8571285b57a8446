"""An instance is a server under other names, also when engines die on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from heat_engine.resources.aws.instance import ADDRESSES, Instance
from heat_engine.resources.protocol import Outcome, Progress, Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run, run_twice

KIND = Instance()
GIVEN: dict[str, Any] = {"ImageId": "debian", "InstanceType": "m1.tiny"}
Run = Callable[[Callable[[Request], Progress], Request], tuple[Progress, Request]]


def made(cloud: CloudDouble, drive: Run = run, **given: Any) -> Request:
    call = request(KIND, {**GIVEN, **given}, cloud, verb="create")
    progress, call = drive(KIND.create, call)
    assert progress.outcome is Outcome.DONE, progress.reason
    return call


@pytest.mark.parametrize("drive", [run, run_twice])
def test_made_changed_and_deleted_once(drive: Run) -> None:
    cloud = CloudDouble(slow={"servers": ["BUILD", "ACTIVE"]}, dying=2)
    call = made(cloud, drive, Tags=[{"Key": "a", "Value": "b"}], UserData="#!/bin/sh\n")
    (server,) = cloud.made("servers")
    assert (server["imageRef"], server["flavor"]) == ("image-1", {"id": "1"})
    assert server["metadata"] == {"a": "b"}
    assert [KIND.read(call, name) for name in ADDRESSES] == [
        server["addresses"]["private"][0]["addr"]
    ] * 4
    wanted = {**GIVEN, "InstanceType": "m1.small", "Tags": [{"Key": "a", "Value": "c"}]}
    progress, call = drive(KIND.update, change(KIND, call, {**wanted, "UserData": "#!/bin/sh\n"}))
    assert progress.outcome is Outcome.DONE, progress.reason
    (server,) = cloud.made("servers")
    assert (server["flavor"], server["metadata"]["a"]) == ({"id": "2"}, "c")
    progress, _ = drive(KIND.delete, call)
    assert progress.outcome is Outcome.DONE
    assert cloud.made("servers") == cloud.made("ports") == []


def test_what_was_tried_before_is_changed_too() -> None:
    cloud = CloudDouble()
    call = made(cloud)
    cloud.things["servers"][str(call.physical_id)]["flavor"] = {"id": "2"}
    back = change(KIND, call, {**GIVEN})
    assert back.changed == frozenset()
    tried = request(
        KIND,
        GIVEN,
        cloud,
        verb="update",
        physical_id=call.physical_id,
        previous=call.properties,
        changed=frozenset({"InstanceType"}),
    )
    progress, _ = run(KIND.update, tried)
    assert progress.outcome is Outcome.DONE, progress.reason
    assert cloud.things["servers"][str(call.physical_id)]["flavor"] == {"id": "1"}


def test_interfaces_in_the_order_of_their_indexes() -> None:
    items = [
        {"NetworkInterfaceId": "second", "DeviceIndex": "10"},
        {"NetworkInterfaceId": "first", "DeviceIndex": "9"},
    ]
    call = request(KIND, {**GIVEN, "NetworkInterfaces": items})
    assert KIND.given(call, call.properties)["networks"] == [{"port": "first"}, {"port": "second"}]
    plain = request(KIND, {**GIVEN, "NetworkInterfaces": ["one", "two"]})
    assert KIND.given(plain, plain.properties)["networks"] == [{"port": "one"}, {"port": "two"}]


def test_what_does_not_go_together_is_refused_at_once() -> None:
    given = {
        **GIVEN,
        "NetworkInterfaces": [{"DeviceIndex": 0}],
        "SecurityGroups": ["a"],
        "BlockDeviceMappings": [{"DeviceName": "vdb"}],
    }
    assert len(KIND.validate(given, 60.0)) == 3


def test_volumes_are_attached_and_kept() -> None:
    call = request(KIND, {**GIVEN, "Volumes": [{"Device": "/dev/vdc", "VolumeId": "v"}]})
    assert KIND.given(call, call.properties)["block_device_mapping_v2"] == [
        {"device_name": "/dev/vdc", "volume_id": "v"}
    ]
