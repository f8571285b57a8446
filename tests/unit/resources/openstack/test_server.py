from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.openstack.server import NO_IMAGE, Server
from heat_engine.resources.protocol import Outcome, Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run, run_twice

KIND = Server()
GIVEN = {"image": "debian", "flavor": "m1.tiny", "networks": [{"network": "private"}]}


def booting() -> CloudDouble:
    return CloudDouble(slow={"servers": ["BUILD", "BUILD", "ACTIVE"]}, dying=2)


def made(cloud: CloudDouble, **properties: Any) -> Request:
    progress, call = run(KIND.create, request(KIND, {**GIVEN, **properties}, cloud))
    assert progress.outcome is Outcome.DONE, progress.reason
    return call


def sent(cloud: CloudDouble) -> dict[str, Any]:
    body: dict[str, Any] = cloud.done("create", "servers")[0][2]
    return body


def test_body_with_names_looked_up_and_user_data_encoded() -> None:
    cloud = booting()
    made(
        cloud,
        user_data="#!/bin/sh\n",
        metadata={"a": 1, "b": "x"},
        key_name="key",
        admin_pass="secret",
        security_groups=["web"],
        personality={"/etc/motd": "hello"},
        scheduler_hints={"group": "g"},
    )
    body = sent(cloud)
    assert body["imageRef"] == "image-1"
    assert body["flavorRef"] == "1"
    assert body["networks"] == [{"uuid": "net-1"}]
    assert base64.b64decode(body["user_data"]) == b"#!/bin/sh\n"
    assert body["metadata"] == {"a": "1", "b": "x"}
    assert (body["key_name"], body["adminPass"]) == ("key", "secret")
    assert body["security_groups"] == [{"name": "web"}]
    assert body["personality"][0]["path"] == "/etc/motd"
    assert body["OS-SCH-HNT:scheduler_hints"] == {"group": "g"}
    assert body["name"] == "stack-thing-abc"


def test_waits_until_active_and_shows_its_addresses() -> None:
    cloud = booting()
    call = request(KIND, GIVEN, cloud)
    assert KIND.create(call).waiting_for == "server to become ACTIVE (is BUILD)"
    shown = made(cloud).attributes
    (address,) = shown["addresses"]["private"]
    assert address["port"] in cloud.things["ports"]
    assert address["subnets"][0]["id"] == "subnet-1"
    assert shown["networks"] == {"private": [address["addr"]], "net-1": [address["addr"]]}
    assert shown["first_address"] == address["addr"]


def test_repeated_after_every_crash_there_is_one_server() -> None:
    cloud = booting()
    networks = [{"subnet": "private-subnet"}]
    call = request(KIND, {**GIVEN, "networks": networks}, cloud)
    progress, call = run_twice(KIND.create, call)
    assert progress.outcome is Outcome.DONE
    assert len(cloud.made("servers")) == len(cloud.made("ports")) == 1
    assert run_twice(KIND.delete, call)[0].outcome is Outcome.DONE
    assert cloud.made("servers") == cloud.made("ports") == []


@pytest.mark.parametrize("collection", ["ports", "servers"])
def test_a_crash_after_each_creation(collection: str) -> None:
    cloud = booting()
    cloud.crash_after("create", collection)
    made(cloud, networks=[{"subnet": "private-subnet", "fixed_ip": "10.0.0.9"}])
    assert len(cloud.made("servers")) == len(cloud.made("ports")) == 1


def test_delete_without_an_id_leaves_nothing() -> None:
    cloud = booting()
    call = request(KIND, {**GIVEN, "networks": [{"subnet": "private-subnet"}]}, cloud)
    KIND.create(call)
    assert len(cloud.made("ports")) == 1
    assert run(KIND.delete, call)[0].outcome is Outcome.DONE
    assert cloud.made("servers") == cloud.made("ports") == []


def test_error_shows_the_fault() -> None:
    cloud = CloudDouble(slow={"servers": ["ERROR"]})
    call = request(KIND, GIVEN, cloud)
    first = KIND.create(call)
    server = cloud.made("servers")[0]
    server["fault"] = {"message": "user_data exited with status 1: no disk"}
    progress = KIND.create(replace(call, physical_id=first.physical_id))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ResourceInError")
    assert progress.reason == (
        'Went to status ERROR due to "user_data exited with status 1: no disk"'
    )


def test_watch_reports_a_server_that_breaks_or_goes() -> None:
    cloud = booting()
    call = made(cloud)
    assert KIND.watch(call) is None
    cloud.fail("get", "servers", "unavailable")
    assert KIND.watch(call) is None
    server = cloud.made("servers")[0]
    server.update(status="ERROR", fault={"message": "init died"})
    broken = KIND.watch(call)
    assert broken is not None
    assert (broken.outcome, broken.error) == (Outcome.FAILED, "ResourceInError")
    assert broken.reason == 'Went to status ERROR due to "init died"'
    del cloud.things["servers"][server["id"]]
    gone = KIND.watch(call)
    assert gone is not None
    assert gone.error == "NotFound"


@pytest.mark.parametrize(
    ("before", "after", "replaced"),
    [
        ({}, {"user_data": "new"}, True),
        ({}, {"user_data": "new", "user_data_update_policy": "IGNORE"}, False),
        ({}, {"user_data": "new", "user_data_update_policy": "REBUILD"}, False),
        ({}, {"image": "fedora"}, False),
        ({}, {"image": "fedora", "image_update_policy": "REPLACE"}, True),
        ({}, {"flavor": "m1.small"}, False),
        ({}, {"flavor": "m1.small", "flavor_update_policy": "REPLACE"}, True),
        ({}, {"metadata": {"a": "b"}}, False),
        ({}, {"networks": [{"network": "net-2"}]}, False),
        ({"networks": []}, {}, True),
        ({}, {"networks": [{"allocate_network": "auto"}]}, True),
    ],
)
def test_what_an_update_replaces(
    before: dict[str, Any], after: dict[str, Any], *, replaced: bool
) -> None:
    call = request(KIND, {**GIVEN, **before})
    assert KIND.must_replace(change(KIND, call, {**GIVEN, **after})) is replaced


def test_metadata_and_name_change_in_place() -> None:
    cloud = booting()
    call = made(cloud, metadata={"old": "1", "kept": "2"})
    wanted = {**GIVEN, "metadata": {"kept": "3"}, "name": "other"}
    assert run_twice(KIND.update, change(KIND, call, wanted))[0].outcome is Outcome.DONE
    body = cloud.done("update", "servers")[0][3]
    assert body == {"metadata": {"old": None, "kept": "3"}, "name": "other"}


def test_flavor_is_resized_and_confirmed() -> None:
    cloud = booting()
    call = made(cloud)
    progress, _ = run(KIND.update, change(KIND, call, {**GIVEN, "flavor": "m1.small"}))
    assert progress.outcome is Outcome.DONE
    actions = [done[3] for done in cloud.done("act", "servers")]
    assert actions == ["resize", "confirmResize"]
    assert cloud.made("servers")[0]["flavor"] == {"id": "2"}


def test_a_resize_that_crashed_is_not_asked_for_again() -> None:
    cloud = booting()
    call = made(cloud)
    cloud.crash_after("act", "servers")
    progress, _ = run(KIND.update, change(KIND, call, {**GIVEN, "flavor": "m1.small"}))
    assert progress.outcome is Outcome.DONE
    assert [done[3] for done in cloud.done("act", "servers")].count("resize") == 1


def test_image_and_user_data_are_rebuilt() -> None:
    cloud = booting()
    call = made(cloud)
    wanted = {
        **GIVEN,
        "image": "fedora",
        "user_data": "new",
        "user_data_update_policy": "REBUILD",
    }
    assert run(KIND.update, change(KIND, call, wanted))[0].outcome is Outcome.DONE
    ((*_, body),) = cloud.done("act", "servers")
    assert body["imageRef"] == "image-2"
    assert base64.b64decode(body["user_data"]) == b"new"


def test_suspend_and_resume() -> None:
    cloud = booting()
    call = made(cloud)
    waiting = KIND.suspend(call)
    assert waiting.waiting_for == "server to become SUSPENDED (is ACTIVE)"
    assert run(KIND.suspend, call)[0].outcome is Outcome.DONE
    assert run(KIND.suspend, call)[0].outcome is Outcome.DONE
    assert KIND.check(call).reason == "'status': expected 'ACTIVE', got 'SUSPENDED'"
    assert run_twice(KIND.resume, call)[0].outcome is Outcome.DONE
    assert cloud.made("servers")[0]["status"] == "ACTIVE"
    assert KIND.suspend(replace(call, physical_id=None)).outcome is Outcome.FAILED


def test_console_urls_say_why_there_is_none() -> None:
    cloud = booting()
    call = made(cloud)
    cloud.fail("act", "servers", "invalid")
    shown = KIND.read(call, "console_urls")
    assert shown == {"novnc": "servers invalid", "spice-html5": "", "serial": ""}


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"image": None}, NO_IMAGE),
        ({"image": ""}, NO_IMAGE),
        ({"image": None, "flavor": UNKNOWN}, NO_IMAGE),
        ({"networks": [{"fixed_ip": "10.0.0.1"}]}, "networks[0] needs one of"),
        ({"networks": [{"network": "a", "uuid": "b"}]}, "same time: network, uuid"),
        ({"networks": [{"port": "a", "fixed_ip": "10.0.0.1"}]}, "same time: fixed_ip, port"),
        ({"networks": [{"allocate_network": "auto", "tag": "t"}, {"network": "a"}]}, "alone"),
    ],
)
def test_faults(properties: dict[str, Any], problem: str) -> None:
    given = {key: value for key, value in {**GIVEN, **properties}.items() if value is not None}
    problems = KIND.validate(request(KIND, given).properties, 60)
    assert any(problem in text for text in problems)


def test_no_faults_where_values_are_not_known_yet() -> None:
    assert KIND.validate(request(KIND, GIVEN).properties, 60) == []
    unknown = {**request(KIND, GIVEN).properties, "image": UNKNOWN, "networks": UNKNOWN}
    assert KIND.validate(unknown, 60) == []
    bootable = {"flavor": "1", "block_device_mapping_v2": [{"volume_id": UNKNOWN}]}
    assert KIND.validate(request(KIND, bootable).properties, 60) == []


def test_physical_names_are_short_enough_for_servers() -> None:
    assert KIND.physical_name_limit == 53
    assert KIND.vigil
