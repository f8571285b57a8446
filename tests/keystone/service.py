"""Starts the Keystone of the tests, one for all processes of a test run, and talks to it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from keystoneauth1 import session
from keystoneauth1.identity import v3

from tests.deployment import free_port
from tests.keystone.cast import ADMIN, DOMAIN_ADMIN, HEAT_DOMAIN, PASSWORD, SERVICE

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".venv-keystone"
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Keystone:
    """A running Keystone. ``url`` has no version."""

    url: str

    @property
    def v3(self) -> str:
        return f"{self.url}/v3"

    def session(self, user: str, project: str | None = None, **scope: Any) -> session.Session:
        """Somebody of ``cast`` with a password; ``scope``: another one than a project."""
        if project is not None:
            scope = {"project_name": project, "project_domain_id": "default"}
        plugin = v3.Password(
            self.v3, username=user, password=PASSWORD, user_domain_id="default", **scope
        )
        return session.Session(auth=plugin, timeout=30)

    def token(self, user: str, project: str | None = None, **scope: Any) -> str:
        """A fresh token."""
        return str(self.session(user, project, **scope).get_token())

    def project_id(self, name: str) -> str:
        return self.id_of("projects", name, domain_id="default")

    def id_of(self, collection: str, name: str, **query: str) -> str:
        return str(self.list(collection, name=name, **query)[0]["id"])

    @property
    def admin(self) -> session.Session:
        return self.session(ADMIN, ADMIN)

    def ask(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """A request of the administrator; ``path`` begins after the version."""
        answer: requests.Response = self.admin.request(
            f"{self.v3}/{path}", method, raise_exc=False, **arguments
        )
        return answer

    def list(self, collection: str, **query: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", collection, params=query)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()[collection.rpartition("/")[2]]
        return found

    def make(self, noun: str, **fields: Any) -> dict[str, Any]:
        answer = self.ask("POST", f"{noun}s", json={noun: fields})
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()[noun]
        return made

    def settle(self, **roles: str) -> str:
        """A project that no other test knows, with users who have these roles there.

        The users are called ``<name>-<project>``; of several roles the names stand in a row.
        """
        project = f"plot-{uuid.uuid4().hex[:8]}"
        project_id = self.make("project", name=project, domain_id="default")["id"]
        known = {item["name"]: item["id"] for item in self.list("roles")}
        for name, granted in roles.items():
            user = self.make(
                "user", name=f"{name}-{project}", password=PASSWORD, domain_id="default"
            )
            for role in granted.split():
                place = f"projects/{project_id}/users/{user['id']}/roles/{known[role]}"
                self.ask("PUT", place).raise_for_status()
        return project

    def guests_domain(self) -> dict[str, str]:
        """What heat.conf says about a domain for guests that no other test knows."""
        name = f"guests-{uuid.uuid4().hex[:8]}"
        domain = self.make("domain", name=name)
        keeper = self.make("user", name=DOMAIN_ADMIN, password=PASSWORD, domain_id=domain["id"])
        role = self.id_of("roles", ADMIN)
        place = f"domains/{domain['id']}/users/{keeper['id']}/roles/{role}"
        self.ask("PUT", place).raise_for_status()
        return {
            "stack_user_domain_name": name,
            "stack_domain_admin": DOMAIN_ADMIN,
            "stack_domain_admin_password": PASSWORD,
        }

    def revoke(self, token: str) -> None:
        answer = self.ask("DELETE", "auth/tokens", headers={"X-Subject-Token": token})
        answer.raise_for_status()

    def key_pair(self, user: str, project: str) -> tuple[str, str]:
        """Access and secret key of a new EC2 credential."""
        opened = self.session(user, project)
        url = f"{self.v3}/users/{opened.get_user_id()}/credentials/OS-EC2"
        made = opened.post(url, json={"tenant_id": opened.get_project_id()}).json()["credential"]
        return made["access"], made["secret"]

    def options(self, *, domain: bool = False) -> dict[str, dict[str, Any]]:
        """What heat.conf says about this Keystone; ``domain``: guests are users of its own."""
        user, project = SERVICE
        options: dict[str, dict[str, Any]] = {
            "keystone_authtoken": {
                "auth_type": "password",
                "auth_url": self.url,
                "www_authenticate_uri": self.url,
                "username": user,
                "password": PASSWORD,
                "user_domain_id": "default",
                "project_name": project,
                "project_domain_id": "default",
            },
            "ec2authtoken": {
                "auth_type": "password",
                "auth_url": self.url,
                "username": user,
                "password": PASSWORD,
                "user_domain_id": "default",
                "project_name": project,
                "project_domain_id": "default",
            },
        }
        if domain:
            options["DEFAULT"] = {
                "stack_user_domain_name": HEAT_DOMAIN,
                "stack_domain_admin": DOMAIN_ADMIN,
                "stack_domain_admin_password": PASSWORD,
            }
        return options


def install() -> str:
    """Make the virtualenv if there is none yet; why it cannot be made, or nothing."""
    with (ROOT / ".gitignore").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run(
            ["make", "keystone", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            env=_clean(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
    return "" if made.returncode == 0 else f"make keystone: {(made.stdout + made.stderr)[-1000:]}"


@contextmanager
def running(shared: Path) -> Iterator[Keystone]:
    """The Keystone of all processes that give the same directory; it ends when the last has."""
    lock = shared / "keystone.lock"
    with lock.open("a+b") as holder, (shared / "keystone.start").open("a+b") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(holder, fcntl.LOCK_SH)
        known = shared / "keystone.json"
        if not known.exists():
            known.write_text(json.dumps({"url": _start(shared, lock)}))
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield Keystone(**json.loads(known.read_text()))


def _start(shared: Path, lock: Path) -> str:
    directory = shared / "keystone"
    shutil.copytree(HOME / "seed", directory)
    port = free_port()
    program = Path(__file__).with_name("server.py")
    with (directory / "log").open("wb") as log:
        started = subprocess.run(
            [HOME / "bin" / "python", program, directory, str(port), lock],
            env=_clean(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=START_SECONDS,
            check=False,
        )
    if started.returncode:
        raise RuntimeError(f"Keystone has not started: {(directory / 'log').read_text()[-2000:]}")
    return f"http://127.0.0.1:{port}"


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what is meant for our own virtualenv and for the make that runs the tests."""
    ours = ("PYTHON", "MAKE", "MFLAGS", "OS_", "PIP_CONSTRAINT", "VIRTUAL_ENV")
    return {key: value for key, value in environment.items() if not key.startswith(ours)}
