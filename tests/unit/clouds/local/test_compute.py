"""Servers' documents: what is checked, what is shown."""

from __future__ import annotations

import base64
import gzip
import urllib.request
from collections.abc import Callable

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds
from heat_engine.clouds.local.compute import host_name
from tests.unit.clouds.local.conftest import address, console, server, settled


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"flavorRef": "huge"}, "servers.flavorRef: flavor huge could not be found."),
        ({"imageRef": "amiga"}, "servers.imageRef: image amiga could not be found."),
        ({"imageRef": None}, "servers.imageRef: is required"),
        ({"name": ""}, "servers.name: is required"),
        ({"key_name": "lost"}, "servers.key_name: Invalid key_name provided: lost"),
        ({"networks": [{"uuid": "x"}]}, "servers.networks[0].uuid: Network x could not be found."),
        ({"networks": [{"port": "x"}]}, "servers.networks[0].port: Port x could not be found."),
        ({"networks": [{}]}, "servers.networks[0].network: is required"),
        ({"user_data": "x" * 65536}, "servers.user_data: is longer than 65535 characters"),
        ({"metadata": 1}, "servers.metadata: must be a mapping"),
        (
            {"personality": [{"path": "/x", "contents": "?"}]},
            "servers.personality[0].contents: is not base64",
        ),
    ],
)
def test_errors_name_the_field_and_leave_nothing(
    cloud: LocalCloud, clouds: LocalClouds, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(CloudError) as raised:
        server(cloud, **fields)  # type: ignore[arg-type]
    assert (raised.value.kind, str(raised.value)) == ("invalid", message)
    audit = clouds.audit()
    assert (audit["documents"], audit["addresses"]) == ({}, {})


def test_a_network_without_addresses_is_refused(cloud: LocalCloud) -> None:
    network = cloud.create("network", "networks", {"name": "bare"}, token="n")
    with pytest.raises(CloudError, match="no address at all"):
        server(cloud, networks=[{"uuid": network["id"]}])


def test_what_a_server_shows(cloud: LocalCloud) -> None:
    cloud.create("compute", "keypairs", {"name": "k"}, token="k")
    made = server(cloud, "#!/bin/sh\n", key_name="k", metadata={"a": "b"}, adminPass="s3cret")
    shown = settled(cloud, made["id"], "ACTIVE")
    assert (shown["name"], shown["key_name"], shown["metadata"]) == ("web", "k", {"a": "b"})
    assert list(shown["addresses"]) == ["local"]
    assert shown["flavor"]["original_name"] == "tiny"
    assert shown["OS-EXT-STS:vm_state"] == "active"
    assert "s3cret" not in str(shown)
    assert not {"hearth", "user_data"} & shown.keys()


def test_a_port_given_stays_when_the_server_goes(cloud: LocalCloud, clouds: LocalClouds) -> None:
    port = cloud.create("network", "ports", {"network_id": "local"}, token="p")
    made = server(cloud, networks=[{"port": port["id"]}])
    assert address(made) == port["fixed_ips"][0]["ip_address"]
    with pytest.raises(CloudError, match="still in use") as raised:
        server(cloud, token="other", networks=[{"port": port["id"]}])
    assert raised.value.kind == "conflict"
    cloud.delete("compute", "servers", made["id"])
    assert cloud.get("network", "ports", port["id"])["status"] == "DOWN"
    cloud.delete("network", "ports", port["id"])
    assert clouds.audit()["addresses"] == {}


def test_a_wanted_address(cloud: LocalCloud) -> None:
    made = server(cloud, networks=[{"uuid": "local", "fixed_ip": "10.128.3.4"}])
    assert address(made).endswith(".3.4")


def test_deleting_a_port_in_use_takes_it_from_the_server(cloud: LocalCloud) -> None:
    port = cloud.create("network", "ports", {"network_id": "local"}, token="p")
    made = server(cloud, networks=[{"port": port["id"]}])
    cloud.delete("network", "ports", port["id"])
    assert cloud.get("compute", "servers", made["id"])["addresses"] == {}


def test_name_and_metadata_can_be_changed(cloud: LocalCloud) -> None:
    made = server(cloud, metadata={"a": "1", "b": "2"})
    body = {"name": "new", "metadata": {"a": None, "c": "3"}, "user_data": "ignored"}
    changed = cloud.update("compute", "servers", made["id"], body)
    assert (changed["name"], changed["metadata"]) == ("new", {"b": "2", "c": "3"})


def test_personality_and_base64_user_data(cloud: LocalCloud) -> None:
    encoded = base64.b64encode(b"#!/bin/sh\ncat $HEARTH_ROOT/etc/motd\n").decode()
    contents = base64.b64encode(b"welcome\n").decode()
    made = server(cloud, encoded, personality=[{"path": "/etc/motd", "contents": contents}])
    settled(cloud, made["id"], "ACTIVE")
    assert console(cloud, made["id"]) == "welcome"


@pytest.mark.parametrize(
    "given", [b"#!/bin/sh\nexit 0\n", gzip.compress(b"#!/bin/sh\nexit 0\n", mtime=0)]
)
def test_the_metadata_server_gives_user_data_back_as_it_was_written(
    cloud: LocalCloud, given: bytes
) -> None:
    made = server(cloud, base64.b64encode(given).decode())
    url = settled(cloud, made["id"], "ACTIVE")["hearth:metadata_url"]
    for path in ("latest/user-data", "openstack/latest/user_data"):
        with urllib.request.urlopen(f"{url}/{path}", timeout=5) as reply:
            assert reply.read() == given


@pytest.mark.parametrize(
    ("name", "expected"), [("Web 1", "web-1"), ("ä", "server"), ("a" * 70, "a" * 63)]
)
def test_host_names(name: str, expected: str) -> None:
    assert host_name(name) == expected


def test_another_project_s_server_is_not_found(cloud: LocalCloud, clouds: LocalClouds) -> None:
    made = server(cloud)
    stranger = clouds.session("other", {})
    calls: tuple[Callable[[], object], ...] = (
        lambda: stranger.get("compute", "servers", made["id"]),
        lambda: stranger.delete("compute", "servers", made["id"]),
        lambda: stranger.update("compute", "servers", made["id"], {"name": "mine"}),
        lambda: stranger.act("compute", "servers", made["id"], "os-stop", {}),
    )
    for call in calls:
        with pytest.raises(CloudError) as raised:
            call()
        assert raised.value.kind == "not_found"
    assert stranger.list("compute", "servers") == []
