from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from oslo_config import cfg
from oslo_policy import opts

from common import errors, policy
from common.context import RequestContext

READER = {"reader"}
MEMBER = {"reader", "member"}
ADMIN = {"reader", "member", "admin"}
GUEST = {"heat_stack_user"}
NOBODY: set[str] = set()


def made(**overrides: bool) -> policy.Policy:
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    rules = policy.Policy(conf)
    for name, value in overrides.items():
        conf.set_override(name, value, "oslo_policy")
    return policy.Policy(conf) if overrides else rules


@pytest.fixture(scope="module")
def rules() -> policy.Policy:
    return made()


def someone(roles: set[str], project: str | None = "p1") -> RequestContext:
    return RequestContext(user_id="u1", project_id=project, roles=sorted(roles), overwrite=False)


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        ("stacks:index", READER, GUEST),
        ("stacks:show", READER, NOBODY),
        ("stacks:create", MEMBER, READER),
        ("stacks:delete", MEMBER, GUEST),
        ("stacks:update_no_change", MEMBER, READER),
        ("stacks:lookup", GUEST, NOBODY),
        ("stacks:preview", READER, GUEST),
        ("actions:check", READER, GUEST),
        ("actions:suspend", MEMBER, READER),
        ("resource:signal", GUEST, NOBODY),
        ("resource:metadata", GUEST, NOBODY),
        ("resource:signal", READER, NOBODY),
        ("resource:index", READER, GUEST),
        ("resource:mark_unhealthy", MEMBER, READER),
        ("events:index", READER, GUEST),
        ("build_info:build_info", READER, GUEST),
        ("service:index", ADMIN, MEMBER),
        ("context_is_admin", ADMIN, MEMBER),
        ("software_deployments:metadata", GUEST, NOBODY),
    ],
)
def test_rules(rules: policy.Policy, rule: str, allowed: set[str], refused: set[str]) -> None:
    rules.enforce(someone(allowed), rule)
    with pytest.raises(errors.Forbidden, match=rule):
        rules.enforce(someone(refused), rule)


@pytest.mark.parametrize("rule", ["stacks:global_index", "software_configs:global_index"])
def test_what_nobody_may(rules: policy.Policy, rule: str) -> None:
    assert not rules.allows(someone(ADMIN), rule)


def test_who_has_no_project_may_nothing(rules: policy.Policy) -> None:
    assert not rules.allows(someone(ADMIN, None), "stacks:index")


def test_the_older_rules_can_be_had_back() -> None:
    older = made(enforce_new_defaults=False)
    assert older.allows(someone({"anything"}), "stacks:create")
    assert not older.allows(someone(GUEST), "stacks:create")


def test_every_rule_is_described_once() -> None:
    found = list(policy.list_rules())
    assert len({rule.name for rule in found}) == len(found)
    assert all(rule.description for rule in found)


@pytest.mark.parametrize("seconds", [0.0, 3600.0])
def test_a_decision_is_remembered_for_a_while(tmp_path: Path, seconds: float) -> None:
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    policy.Policy(conf)  # makes the options known
    conf.set_override("policy_file", str(tmp_path / "policy.yaml"), "oslo_policy")
    rules = policy.Policy(conf, decision_seconds=seconds)
    assert rules.allows(someone(READER), "stacks:index")
    (tmp_path / "policy.yaml").write_text('"stacks:index": "!"\n')
    assert rules.allows(someone(READER), "stacks:index") is bool(seconds)
    assert not rules.allows(someone(MEMBER), "stacks:index")
    assert not rules.allows(someone(READER, "p2"), "stacks:index")


@pytest.mark.parametrize(
    ("name", "roles", "allowed"),
    [
        ("OS::Nova::Server", MEMBER, True),
        ("OS::Nova::Flavor", MEMBER, False),
        ("OS::Nova::Flavor", ADMIN, True),
        ("OS::Keystone::User", MEMBER, False),
        ("OS::Keystone::User", ADMIN, True),
        ("My::Own::Thing", READER, True),
    ],
)
def test_types_for_administrators(
    rules: policy.Policy, name: str, roles: set[str], allowed: bool
) -> None:
    assert rules.allows_type(someone(roles), name) is allowed


def test_a_file_overrides_rules_and_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text('"stacks:create": "role:gardener"')
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    conf.register_opts(opts._options, "oslo_policy")
    conf.set_override("policy_file", str(file), "oslo_policy")
    rules = policy.Policy(conf, decision_seconds=0.0)
    assert rules.allows(someone({"gardener"}), "stacks:create")
    assert not rules.allows(someone(MEMBER), "stacks:create")
    assert rules.allows_type(someone(MEMBER), "OS::Heat::Value")
    file.write_text('"resource_types:OS::Heat::Value": "!"\n"resource_types:OS::Nova::*": "!"')
    later = file.stat().st_mtime + 5
    os.utime(file, (later, later))
    assert rules.allows(someone(MEMBER), "stacks:create")
    assert not rules.allows_type(someone(MEMBER), "OS::Heat::Value")
    assert not rules.allows_type(someone(ADMIN), "OS::Nova::Server")
    assert rules.allows_type(someone(MEMBER), "OS::Heat::Delay")


class Decides(BaseHTTPRequestHandler):
    """Answers as a server of somebody's own rules does."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"True" if self.path == "/yes" else b"False")

    def log_message(self, *args: object) -> None:
        pass


def test_rules_that_ask_a_server(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Decides)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    file = tmp_path / "policy.yaml"
    file.write_text(f"stacks:index: {url}/yes\nstacks:delete: {url}/no\n")
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    conf.register_opts(opts._options, "oslo_policy")
    conf.set_override("policy_file", str(file), "oslo_policy")
    try:
        rules = policy.Policy(conf)
        assert rules.allows(someone(set()), "stacks:index")
        assert not rules.allows(someone(ADMIN), "stacks:delete")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
