"""Actions on servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local import process
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds
from tests.unit.clouds.local.conftest import address, console, server, settled, wait_for

COUNT = """#cloud-config
bootcmd:
- echo x >> count
- echo boot $(wc -l < count)
- sleep 600 &
"""


@pytest.fixture
def running(cloud: LocalCloud) -> Document:
    return settled(cloud, server(cloud, COUNT)["id"], "ACTIVE")


def status(cloud: LocalCloud, shown: Document) -> str:
    return str(cloud.get("compute", "servers", shown["id"])["status"])


def act(cloud: LocalCloud, shown: Document, action: str, **body: object) -> Document | None:
    return cloud.act("compute", "servers", shown["id"], action, body)


def test_stop_and_start_keep_the_disk_and_the_address(cloud: LocalCloud, running: Document) -> None:
    act(cloud, running, "os-stop")
    assert status(cloud, running) == "SHUTOFF"
    assert process.of_server(running["id"]) == {}
    act(cloud, running, "os-start")
    assert address(settled(cloud, running["id"], "ACTIVE")) == address(running)
    wait_for(lambda: "boot 2" in console(cloud, running["id"]))


def test_starting_a_running_server_is_a_conflict(cloud: LocalCloud, running: Document) -> None:
    with pytest.raises(CloudError, match="vm_state active") as raised:
        act(cloud, running, "os-start")
    assert raised.value.kind == "conflict"


@pytest.mark.parametrize("kind", ["SOFT", "HARD"])
def test_reboot_starts_new_processes(cloud: LocalCloud, running: Document, kind: str) -> None:
    before = process.of_server(running["id"])
    act(cloud, running, "reboot", type=kind)
    settled(cloud, running["id"], "ACTIVE")
    assert not before.keys() & process.of_server(running["id"]).keys()


def test_rebuild_wipes_the_disk_and_keeps_id_and_address(
    cloud: LocalCloud, running: Document
) -> None:
    answer = act(cloud, running, "rebuild", imageRef="ubuntu", name="new")
    assert answer is not None
    assert (answer["id"], answer["name"], answer["image"]["name"]) == (
        running["id"],
        "new",
        "ubuntu",
    )
    assert address(settled(cloud, running["id"], "ACTIVE")) == address(running)
    wait_for(lambda: "boot" in console(cloud, running["id"]))
    assert console(cloud, running["id"]) == "boot 1"


def test_rebuild_with_other_user_data(cloud: LocalCloud, running: Document) -> None:
    act(cloud, running, "rebuild", imageRef="local", user_data="#!/bin/sh\necho other\n")
    settled(cloud, running["id"], "ACTIVE")
    assert console(cloud, running["id"]) == "other"


def test_resize_is_confirmed_by_itself(cloud: LocalCloud, running: Document) -> None:
    act(cloud, running, "resize", flavorRef="small")
    shown = settled(cloud, running["id"], "ACTIVE")
    assert shown["flavor"]["original_name"] == "small"
    act(cloud, running, "confirmResize")


@pytest.mark.parametrize(
    ("freeze", "thaw", "frozen"),
    [("suspend", "resume", "SUSPENDED"), ("pause", "unpause", "PAUSED")],
)
def test_a_frozen_server_does_not_run(
    cloud: LocalCloud, running: Document, freeze: str, thaw: str, frozen: str
) -> None:
    def states() -> set[str]:
        tree = process.of_server(running["id"])
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in tree}
        return {tree[pid].state for pid, command in commands.items() if b"init" not in command}

    act(cloud, running, freeze)
    act(cloud, running, freeze)
    assert status(cloud, running) == frozen
    wait_for(lambda: states() == {"T"})
    act(cloud, running, thaw)
    assert status(cloud, running) == "ACTIVE"
    wait_for(lambda: states() == {"S"})


def test_a_frozen_server_can_be_deleted(
    cloud: LocalCloud, clouds: LocalClouds, running: Document
) -> None:
    act(cloud, running, "suspend")
    cloud.delete("compute", "servers", running["id"])
    assert clouds.audit()["processes"] == {}


def test_interfaces_come_and_go(cloud: LocalCloud, clouds: LocalClouds, running: Document) -> None:
    network = cloud.create("network", "networks", {"name": "second"}, token="n")
    body = {"network_id": network["id"], "cidr": "10.3.0.0/24"}
    cloud.create("network", "subnets", body, token="s")
    port = cloud.create("network", "ports", {"network_id": network["id"]}, token="p")
    act(cloud, running, "attach_interface", port_id=port["id"])
    made = act(cloud, running, "attach_interface", net_id=network["id"])
    assert made is not None
    assert len(cloud.get("compute", "servers", running["id"])["addresses"]["second"]) == 2
    for port_id in (port["id"], made["port_id"]):
        act(cloud, running, "detach_interface", port_id=port_id)
    assert "second" not in cloud.get("compute", "servers", running["id"])["addresses"]
    assert cloud.get("network", "ports", port["id"])["device_id"] == ""
    with pytest.raises(CloudError):
        cloud.get("network", "ports", made["port_id"])


def test_console_length_and_unknown_actions(cloud: LocalCloud) -> None:
    made = server(cloud, "#!/bin/sh\nseq 5\n")
    settled(cloud, made["id"], "ACTIVE")
    assert act(cloud, made, "os-getConsoleOutput", length=2) == {"output": "4\n5"}
    with pytest.raises(CloudError, match="has no action fly"):
        act(cloud, made, "fly")


def test_an_image_and_a_group_of_a_server(cloud: LocalCloud, running: Document) -> None:
    answer = act(cloud, running, "createImage", name="snap")
    assert answer is not None
    assert cloud.get("image", "images", answer["image_id"])["name"] == "snap"
    cloud.create("network", "security_groups", {"name": "web"}, token="g")
    act(cloud, running, "addSecurityGroup", name="web")
    groups = cloud.get("compute", "servers", running["id"])["security_groups"]
    assert sorted(group["name"] for group in groups) == ["default", "web"]
    act(cloud, running, "removeSecurityGroup", name="web")
    groups = cloud.get("compute", "servers", running["id"])["security_groups"]
    assert [group["name"] for group in groups] == ["default"]
