"""Flavors, images and key pairs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds


def test_flavors_and_images_are_found_by_id_and_by_name(cloud: LocalCloud) -> None:
    by_name = cloud.get("compute", "flavors", "m1.small")
    assert cloud.get("compute", "flavors", by_name["id"]) == by_name
    assert (by_name["ram"], by_name["vcpus"], by_name["disk"]) == (2048, 1, 20)
    image = cloud.get("image", "images", "cirros")
    assert cloud.get("compute", "images", image["id"]) == image
    assert image["status"] == "active"


def test_what_is_there_from_the_start_stays_as_it_is(cloud: LocalCloud) -> None:
    flavor = cloud.get("compute", "flavors", "tiny")
    for change in (
        lambda: cloud.update("compute", "flavors", flavor["id"], {"ram": 1}),
        lambda: cloud.delete("compute", "flavors", flavor["id"]),
    ):
        with pytest.raises(CloudError) as raised:
            change()
        assert raised.value.kind == "forbidden"


def test_a_generated_private_key_is_shown_once_and_kept_nowhere(
    cloud: LocalCloud, clouds: LocalClouds
) -> None:
    made = cloud.create("compute", "keypairs", {"name": "k"}, token="k")
    private = serialization.load_ssh_private_key(made["private_key"].encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    assert made["public_key"].startswith(public.decode())
    assert made["id"] == "k"
    shown = cloud.get("compute", "keypairs", "k")
    assert "private_key" not in shown
    assert "private_key" not in (cloud.find("compute", "keypairs", "k") or {})
    cloud.delete("compute", "keypairs", "k")
    assert clouds.audit()["documents"] == {}


def test_who_lost_the_reply_gets_a_new_pair(cloud: LocalCloud) -> None:
    first = cloud.create("compute", "keypairs", {"name": "k"}, token="k")
    again = cloud.create("compute", "keypairs", {"name": "k"}, token="k")
    private = serialization.load_ssh_private_key(again["private_key"].encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    shown = cloud.get("compute", "keypairs", "k")
    assert shown["public_key"].startswith(public.decode())
    assert shown["public_key"] != first["public_key"]
    assert len(cloud.list("compute", "keypairs")) == 1


def test_the_fingerprint_of_a_given_key(cloud: LocalCloud) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b"
    made = cloud.create("compute", "keypairs", {"name": "k", "public_key": key}, token="k")
    assert made["fingerprint"] == "65:96:2d:fc:e8:d5:a9:11:64:0c:0f:ea:00:6e:5b:bd"
    assert "private_key" not in made


def test_bad_and_double_keys_are_refused(cloud: LocalCloud) -> None:
    with pytest.raises(CloudError, match=r"keypairs\.public_key: is not an OpenSSH public key"):
        cloud.create("compute", "keypairs", {"name": "k", "public_key": "rubbish"}, token="1")
    cloud.create("compute", "keypairs", {"name": "k"}, token="2")
    with pytest.raises(CloudError, match="already exists") as raised:
        cloud.create("compute", "keypairs", {"name": "k"}, token="3")
    assert raised.value.kind == "conflict"


def test_projects_may_use_the_same_key_name(clouds: LocalClouds) -> None:
    for project in "ab":
        session = clouds.session(project, {})
        session.create("compute", "keypairs", {"name": "k"}, token=project)
        assert len(session.list("compute", "keypairs")) == 1
