"""The state directory: key, configuration, database, first user, and the clients' files."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import yaml
from oslo_config import cfg

from common import config
from common.crypt import Vault
from heat_engine.cli import storage
from heat_engine.store import migrations, users
from heat_engine.store.records import LocalUser
from heat_engine.store.session import Session

USER = "admin"
PROJECT = "demo"
ROLES = ["admin", "member", "reader"]

_CONFIGURATION = """\
# Written once, yours to change; `make run` keeps what it finds.
[DEFAULT]
state_path = {path}
auth_encryption_key_file = $state_path/keys
log_file = $state_path/heat.log
# Who runs this is the operator of the cloud as well: stacks may change hands.
enable_stack_abandon = true
enable_stack_adopt = true

[heat_api]
bind_port = 8004

[heat_api_cfn]
bind_port = 8000

[heat_api_cloudwatch]
bind_port = 8003
"""

_OPENRC = """\
# . {path}/openrc
export OS_CLIENT_CONFIG_FILE={path}/clouds.yaml
export OS_CLOUD=hearth
export AWS_SHARED_CREDENTIALS_FILE={path}/aws/credentials
export AWS_CONFIG_FILE={path}/aws/config
export AWS_PROFILE=hearth
"""

_AWS_CREDENTIALS = """\
[hearth]
aws_access_key_id = {access}
aws_secret_access_key = {secret}
"""

_AWS_CONFIG = """\
[profile hearth]
region = local
services = hearth

[services hearth]
cloudformation =
  endpoint_url = http://127.0.0.1:{cfn}/v1/
cloudwatch =
  endpoint_url = http://127.0.0.1:{cloudwatch}/v1/
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The first user; ``password`` is known to the user's files only."""

    user: LocalUser
    password: str


class Home:
    """A state directory; its files are for the owner's eyes only."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.configuration = self.path / "heat.conf"
        self.clouds = self.path / "clouds.yaml"
        self.openrc = self.path / "openrc"

    def make(self) -> bool:
        """Create what a new directory needs; whether it was new. Raises ``SystemExit``."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = not self.configuration.exists()
            if not (self.path / "keys").exists():
                self._write(self.path / "keys", Vault.new_key() + "\n")
            if new:
                self._write(self.configuration, _CONFIGURATION.format(path=self.path))
        except OSError as cause:
            raise SystemExit(
                f"The state directory {self.path} cannot be written: {cause.strerror}. "
                "Choose another with: make run STATE=directory"
            ) from cause
        return new

    def account(self, conf: cfg.ConfigOpts) -> Account:
        """The first user, made or, when its password is not known any more, made anew."""
        migrations.db_sync(config.database_url(conf))
        database = storage.database(conf)
        try:
            password = self._known_password()
            user = database.query(users.by_name, USER)
            if user is not None and password:
                return Account(user, password)
            password = secrets.token_urlsafe(18)
            return Account(database.transact(_add_user, password), password)
        finally:
            database.dispose()

    def write_client_files(self, account: Account, ports: dict[str, int]) -> None:
        """What openstack clients, shells and AWS clients read to find their way here."""
        cloud = {
            "auth_type": "http_basic",
            "auth": {
                "username": account.user.name,
                "password": account.password,
                "endpoint": f"http://127.0.0.1:{ports['heat-api']}/v1/{account.user.project_id}",
            },
            "region_name": "local",
        }
        self._write(self.clouds, yaml.safe_dump({"clouds": {"hearth": cloud}}, sort_keys=False))
        self._write(self.openrc, _OPENRC.format(path=self.path))
        (self.path / "aws").mkdir(mode=0o700, exist_ok=True)
        keys = _AWS_CREDENTIALS.format(access=account.user.access, secret=account.user.secret)
        self._write(self.path / "aws" / "credentials", keys)
        profile = _AWS_CONFIG.format(
            cfn=ports["heat-api-cfn"], cloudwatch=ports["heat-api-cloudwatch"]
        )
        self._write(self.path / "aws" / "config", profile)

    def _known_password(self) -> str:
        try:
            clouds = yaml.safe_load(self.clouds.read_text(encoding="utf-8"))
            return str(clouds["clouds"]["hearth"]["auth"]["password"])
        except (OSError, yaml.YAMLError, KeyError, TypeError):
            return ""

    @staticmethod
    def _write(path: Path, text: str) -> None:
        """Whole or not at all, and never readable by others, not even for a moment."""
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(temporary, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)


def _add_user(session: Session, password: str) -> LocalUser:
    users.remove(session, USER)
    return users.add(session, USER, password, PROJECT, ROLES)
