"""What tests of APIs with a real Keystone behind them share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from oslo_config import cfg

from common import config
from tests.keystone.service import Keystone

# Headers by which somebody from outside claims to be somebody.
FORGED = {
    "X-Identity-Status": "Confirmed",
    "X-Service-Identity-Status": "Confirmed",
    "X-Roles": "admin,member,reader",
    "X-Role": "admin",
    "X-User-Id": "root",
    "X-User-Name": "root",
    "X-User-Domain-Id": "default",
    "X-Project-Id": "elsewhere",
    "X-Tenant-Id": "elsewhere",
    "X-Project-Name": "elsewhere",
    "X-Is-Admin": "True",
    "X-Is-Admin-Project": "True",
    "X-OpenStack-System-Scope": "all",
    "X-Service-Roles": "service",
    "X-Auth-EC2-Creds": '{"ec2Credentials": {"access": "AK"}}',
}


def write_config(path: Path, sections: Mapping[str, Mapping[str, Any]]) -> Path:
    lines = []
    for section, values in sections.items():
        lines += [f"[{section}]", *(f"{key} = {value}" for key, value in values.items())]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def conf(keystone: Keystone, tmp_path: Path) -> cfg.ConfigOpts:
    """An API's configuration with that Keystone."""
    path = write_config(tmp_path / "heat.conf", keystone.options())
    made = cfg.ConfigOpts()
    config.register(made)
    made(["--config-file", str(path)], project="heat", default_config_dirs=[])
    return made


@pytest.fixture
def garden(keystone: Keystone) -> str:
    return keystone.project_id("garden")
