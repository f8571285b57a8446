"""heat-all is killed between the trust for a stack and the stack's row: no trust is left."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.deployment import Deployment
from tests.keystone.service import Keystone
from tests.proxy import Proxy
from tests.scenarios.world import until

CALM = {"heat_template_version": "2021-04-16", "resources": {"one": {"type": "OS::Heat::None"}}}


def options(keystone: Keystone, port: int) -> dict[str, dict[str, Any]]:
    """An engine that makes trusts through this port."""
    made = keystone.options()
    through = {"auth_url": f"http://127.0.0.1:{port}"}
    return {
        **made,
        "trustee": {**made["ec2authtoken"], **through},
        "paste_deploy": {"flavor": "keystone"},
        "cloud": {"backend": "openstack"},
    }


def come_due(state: Path) -> int:
    """What would be given back in a while is given back as soon as an engine is there."""
    [path] = [path for path in state.rglob("heat*") if path.suffix in (".db", ".sqlite3")]
    with sqlite3.connect(path) as connection:
        noted = connection.execute("UPDATE revocation SET due_at = 0 WHERE due_at > 0").rowcount
    connection.close()
    return noted


def test_a_trust_whose_stack_was_never_stored(keystone: Keystone, tmp_path: Path) -> None:
    project = keystone.settle(alice="member")
    alice = keystone.session(f"alice-{project}", project)
    headers = {"X-Auth-Token": str(alice.get_token())}
    address = urlsplit(keystone.url)

    def trusts() -> list[dict[str, Any]]:
        return keystone.list("OS-TRUST/trusts", trustor_user_id=str(alice.get_user_id()))

    with (
        Proxy(str(address.hostname), int(address.port or 0)) as proxy,
        Deployment(tmp_path, options=options(keystone, proxy.port)) as deployment,
    ):
        url = f"{deployment.native_url}/{alice.get_project_id()}/stacks"

        def create() -> None:
            body = {"stack_name": "lost", "template": CALM}
            try:
                requests.post(url, json=body, headers=headers, timeout=60)
            except requests.ConnectionError:
                cut.set()

        cut = threading.Event()
        proxy.answer_no_more(b"POST /v3/OS-TRUST/trusts")
        asking = threading.Thread(target=create)
        asking.start()
        until(trusts, "the trust")
        process = deployment.processes["heat-all"]
        process.kill()
        process.wait()
        asking.join(60)
        assert cut.is_set()
        assert come_due(deployment.state) == 1
        deployment.restart("heat-all")
        until(lambda: trusts() == [], "the trust to be given back", 30)
        assert requests.get(url, headers=headers, timeout=30).json() == {"stacks": []}
