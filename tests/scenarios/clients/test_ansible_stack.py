"""Ansible's modules openstack.cloud.stack and stack_info."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.clients import templates
from tests.scenarios.clients.ansible import Ansible
from tests.scenarios.clients.site import Site


@pytest.fixture
def ansible(site: Site, tmp_path: Path) -> Ansible:
    (tmp_path / "words.yaml").write_text(templates.WORDS)
    (tmp_path / "env.yaml").write_text("parameter_defaults: {length: 9}\n")
    return Ansible(site.clouds_file, "alice", tmp_path)


def stack(register: str, **arguments: Any) -> dict[str, Any]:
    return {"openstack.cloud.stack": {"name": "playful", **arguments}, "register": register}


def check(*conditions: str) -> dict[str, Any]:
    return {"ansible.builtin.assert": {"that": list(conditions)}}


def info(register: str, **arguments: Any) -> dict[str, Any]:
    return {"openstack.cloud.stack_info": arguments, "register": register}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_stack_module(ansible: Ansible) -> None:
    present = {"template": "words.yaml", "environment": ["env.yaml"]}
    ansible.play(
        [
            stack("seen", **present) | {"check_mode": True},
            info("nothing", name="playful"),
            check("seen.changed", "nothing.stacks == []"),
            stack("made", timeout=120, tag="one", parameters={"secret": "hidden"}, **present),
            check(
                "made.changed",
                "made.stack.status == 'CREATE_COMPLETE'",
                "made.stack.parameters.length == '9'",
                "made.stack.parameters.secret == '******'",
                "made.stack.timeout_mins == 2",
                "made.stack.is_rollback_disabled",
                "made.stack.outputs[0].output_value | length == 9 + 1 + 32",
            ),
            stack("changed", rollback=True, parameters={"length": 12}, **present),
            check(
                "changed.changed",
                "changed.stack.status == 'UPDATE_COMPLETE'",
                "changed.stack.id == made.stack.id",
                "changed.stack.parameters.length == '12'",
                "not changed.stack.is_rollback_disabled",
            ),
            info("found", name="playful"),
            check("found.stacks | length == 1", "found.stacks[0].id == made.stack.id"),
            stack("going", state="absent") | {"check_mode": True},
            check("going.changed"),
            stack("gone", state="absent"),
            stack("again", state="absent"),
            check("gone.changed", "not again.changed"),
        ]
    )
