"""The metadata layouts, and their server."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from heat_engine.clouds.local import metadata

FACTS = {
    "id": "0a1b2c3d-server",
    "name": "web 1",
    "hostname": "web-1",
    "address": "127.70.0.2",
    "project_id": "p",
    "flavor": "tiny",
    "image": "img",
    "availability_zone": "nova",
    "key_name": "k",
    "public_key": "ssh-ed25519 AAAA",
    "security_groups": ["a", "b"],
    "metadata": {"role": "db"},
    "ports": [
        {
            "mac_address": "fa:16:3e:00:00:01",
            "network_id": "net",
            "fixed_ips": [{"subnet_id": "s", "ip_address": "127.70.0.2"}],
        }
    ],
    "user_data": "#!/bin/sh\n",
    "volumes": [{"id": "v", "device": "/dev/vdb", "path": "/x/volumes/vdb"}],
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", "2009-04-04\nlatest\nopenstack"),
        ("/latest/", "dynamic/\nmeta-data/\nuser-data"),
        ("/latest/meta-data/instance-id", "0a1b2c3d-server"),
        ("/latest/meta-data/local-ipv4", "127.70.0.2"),
        ("/latest/meta-data/security-groups", "a\nb"),
        ("/latest/meta-data/placement/availability-zone", "nova"),
        ("/latest/meta-data/public-keys/", "0=key"),
        ("/latest/meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA"),
        ("/latest/meta-data/block-device-mapping/vdb", "/x/volumes/vdb"),
        ("/latest/user-data", "#!/bin/sh\n"),
        ("/openstack", "2018-08-27/\nlatest/"),
        ("/openstack/latest/user_data", "#!/bin/sh\n"),
        ("/latest/nothing", None),
    ],
)
def test_paths(path: str, body: str | None) -> None:
    assert metadata.answer(metadata.tree(FACTS), path) == body


def test_openstack_documents() -> None:
    leaves = metadata.tree(FACTS)
    shown = json.loads(leaves["openstack/latest/meta_data.json"])
    assert shown["uuid"] == "0a1b2c3d-server"
    assert shown["meta"] == {"role": "db"}
    assert shown["public_keys"] == {"k": "ssh-ed25519 AAAA"}
    network = json.loads(leaves["openstack/latest/network_data.json"])
    assert network["networks"][0]["ip_address"] == "127.70.0.2"
    assert network["networks"][0]["link"] == network["links"][0]["id"]


def test_without_user_data_there_is_none() -> None:
    leaves = metadata.tree({**FACTS, "user_data": None, "public_key": "", "ports": []})
    assert metadata.answer(leaves, "/latest/user-data") is None
    assert metadata.answer(leaves, "/openstack/latest/user_data") is None


@pytest.fixture
def url() -> Iterator[str]:
    leaves = metadata.tree(FACTS)
    server = metadata.serve("127.70.0.2", lambda: leaves)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.70.0.2:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_over_http(url: str) -> None:
    with urllib.request.urlopen(f"{url}/latest/meta-data/hostname?x=1", timeout=5) as reply:
        assert reply.read() == b"web-1"
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{url}/latest/none", timeout=5)
    assert raised.value.code == 404
    raised.value.close()


def test_the_session_token_of_the_second_protocol(url: str) -> None:
    request = urllib.request.Request(f"{url}/latest/api/token", method="PUT")
    with urllib.request.urlopen(request, timeout=5) as reply:
        assert reply.read()


def test_a_taken_port_gives_another_one() -> None:
    first = metadata.serve("127.70.0.3", dict)
    second = metadata.serve("127.70.0.3", dict)
    ports = {first.server_address[1], second.server_address[1]}
    first.server_close()
    second.server_close()
    assert metadata.PORT in ports
    assert len(ports) == 2
