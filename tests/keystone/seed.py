"""Makes the Keystone that every test run begins with, run by the Python of Keystone's virtualenv.

    python seed.py DIRECTORY

Projects, users and roles are those of ``cast``. The endpoint in the catalog is wherever it is
served. The last file written is ``done``.
"""

import getpass
import grp
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import requests
from cast import (
    ADMIN,
    DOMAIN_ADMIN,
    HEAT_DOMAIN,
    MEMBERS,
    PASSWORD,
    PROJECTS,
    REGION,
    ROLES,
    SERVICE,
)
from keystone.cmd import manage as manager
from server import configure

HERE = Path(__file__).parent
PORT = 35357
URL = f"http://127.0.0.1:{PORT}/v3"
ENDPOINT = "$(public_endpoint)s/v3"
SECONDS = 120.0


def manage(config: Path, *arguments: str) -> None:
    """Run keystone-manage, in a process of its own that need not import everything again."""
    child = os.fork()
    if child == 0:
        sys.argv = ["keystone-manage", "--config-file", str(config), *arguments]
        manager.main()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"keystone-manage {arguments[0]} has failed")


def make_tables(directory: Path) -> None:
    config = configure(directory, PORT)
    group = grp.getgrgid(os.getgid()).gr_name
    owner = ("--keystone-user", getpass.getuser(), "--keystone-group", group)
    manage(config, "db_sync")
    manage(config, "fernet_setup", *owner)
    manage(config, "credential_setup", *owner)
    urls = [f"--bootstrap-{name}-url={ENDPOINT}" for name in ("public", "internal", "admin")]
    secret = f"--bootstrap-password={PASSWORD}"
    manage(config, "bootstrap", secret, f"--bootstrap-region-id={REGION}", *urls)


class Api:
    """Keystone's API as its administrator."""

    def __init__(self, url: str) -> None:
        self.url = url
        domain = {"id": "default"}
        user = {"name": ADMIN, "password": PASSWORD, "domain": domain}
        scope = {"project": {"name": ADMIN, "domain": domain}}
        answer = requests.post(
            f"{url}/auth/tokens",
            json={
                "auth": {
                    "identity": {"methods": ["password"], "password": {"user": user}},
                    "scope": scope,
                }
            },
            timeout=30,
        )
        answer.raise_for_status()
        self.headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}

    def make(self, noun: str, **fields: object) -> str:
        answer = requests.post(
            f"{self.url}/{noun}s", json={noun: fields}, headers=self.headers, timeout=30
        )
        answer.raise_for_status()
        return str(answer.json()[noun]["id"])

    def named(self, noun: str) -> dict[str, str]:
        answer = requests.get(f"{self.url}/{noun}s", headers=self.headers, timeout=30)
        answer.raise_for_status()
        return {item["name"]: item["id"] for item in answer.json()[f"{noun}s"]}

    def grant(self, place: str, user: str, role: str) -> None:
        answer = requests.put(
            f"{self.url}/{place}/users/{user}/roles/{role}", headers=self.headers, timeout=30
        )
        answer.raise_for_status()


def fill(api: Api) -> None:
    for name in ROLES:
        api.make("role", name=name)
    roles = api.named("role")
    projects = {name: api.make("project", name=name, domain_id="default") for name in PROJECTS}
    for (name, project), granted in {**MEMBERS, SERVICE: ("service",)}.items():
        user = api.named("user").get(name) or api.make(
            "user", name=name, password=PASSWORD, domain_id="default"
        )
        for role in granted:
            api.grant(f"projects/{projects[project]}", user, roles[role])
    domain = api.make("domain", name=HEAT_DOMAIN)
    keeper = api.make("user", name=DOMAIN_ADMIN, password=PASSWORD, domain_id=domain)
    api.grant(f"domains/{domain}", keeper, roles["admin"])


def await_answer(url: str) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            requests.get(url, timeout=5)
            return
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main() -> None:
    directory = Path(sys.argv[1]).resolve()
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    make_tables(directory)
    server = subprocess.Popen([sys.executable, HERE / "server.py", directory, str(PORT)])
    try:
        await_answer(URL)
        fill(Api(URL))
    finally:
        server.terminate()
        server.wait()
    (directory / "done").touch()


if __name__ == "__main__":
    main()
