"""Volume attachments as things of their own."""

from __future__ import annotations

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local.cloud import LocalCloud
from tests.unit.clouds.local.conftest import server


def test_an_attachment_is_found_by_token_and_gone_when_forgotten(cloud: LocalCloud) -> None:
    volume = cloud.create("volume", "volumes", {"size": 1}, token="v")
    body = {"serverId": server(cloud)["id"], "volumeId": volume["id"]}
    made = cloud.create("compute", "volume_attachments", body, token="a")
    assert cloud.create("compute", "volume_attachments", body, token="a") == made
    assert cloud.find("compute", "volume_attachments", "a") == made
    cloud.forget("compute", "volume_attachments", "a")
    assert cloud.find("compute", "volume_attachments", "a") is None
    assert cloud.get("volume", "volumes", volume["id"])["status"] == "available"
    with pytest.raises(CloudError) as raised:
        cloud.create("compute", "volume_attachments", body, token="a")
    assert raised.value.kind == "conflict"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"volume_id": "v"}, "volume_attachments.server_id: is required"),
        ({"server_id": "s"}, "volume_attachments.volume_id: is required"),
        ({"server_id": "s", "volume_id": "v"}, "Instance s could not be found."),
    ],
)
def test_errors(cloud: LocalCloud, body: dict[str, str], message: str) -> None:
    with pytest.raises(CloudError) as raised:
        cloud.create("compute", "volume_attachments", body, token="a")
    assert str(raised.value) == message


def test_an_attachment_cannot_be_changed(cloud: LocalCloud) -> None:
    volume = cloud.create("volume", "volumes", {"size": 1}, token="v")
    body = {"server_id": server(cloud)["id"], "volume_id": volume["id"]}
    made = cloud.create("compute", "volume_attachments", body, token="a")
    with pytest.raises(CloudError, match="cannot be changed"):
        cloud.update("compute", "volume_attachments", made["id"], {"device": "/dev/vdz"})
