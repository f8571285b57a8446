from __future__ import annotations

from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from heat_engine.resources.openstack.key_pair import KeyPair, generate, public_part
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import keep, request, run, run_twice

KIND = KeyPair()


def test_it_is_known_by_its_name() -> None:
    cloud = CloudDouble()
    given = {"name": "mine", "public_key": "ssh-ed25519 AAAA"}
    progress, made = run_twice(KIND.create, request(KIND, given, cloud))
    assert progress.outcome is Outcome.DONE
    assert made.physical_id == "mine"
    assert made.attributes == {"public_key": "ssh-ed25519 AAAA"}
    assert KIND.read(made, "private_key") == ""


def test_a_kept_private_key_is_stored_before_the_cloud_hears_of_it() -> None:
    cloud = CloudDouble()
    call = request(KIND, {"name": "mine", "save_private_key": True}, cloud)
    first = KIND.create(call)
    assert first.outcome is Outcome.WAIT
    assert cloud.calls == []
    cloud.crash_after("create", "keypairs")
    progress, made = run(KIND.create, keep(call, first))
    assert progress.outcome is Outcome.DONE
    private = KIND.read(made, "private_key")
    assert load_ssh_private_key(private.encode(), password=None)
    assert made.attributes["public_key"] == public_part(private)
    assert cloud.made("keypairs")[0]["public_key"] == public_part(private)
    assert "private_key" not in cloud.made("keypairs")[0]


def test_a_private_key_that_was_not_generated_is_not_kept() -> None:
    given = {"name": "mine", "save_private_key": True, "public_key": "ssh-ed25519 AAAA"}
    _, made = run(KIND.create, request(KIND, given))
    assert made.data == {}


def test_each_generated_key_is_different() -> None:
    assert public_part(generate()) != public_part(generate())


def test_only_ssh_keys_can_be_kept() -> None:
    assert KIND.validate({"save_private_key": True, "type": "x509"}, 60)
    assert not KIND.validate({"save_private_key": True, "type": "ssh"}, 60)
