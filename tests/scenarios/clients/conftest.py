"""A real heat-all for the clients of a module's tests, and people who use it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from heat_engine.cli.run.home import Account as HomeAccount
from heat_engine.cli.run.home import Home
from heat_engine.store.clock import utc
from heat_engine.store.records import LocalUser
from tests.deployment import Deployment, Person
from tests.scenarios.clients import table
from tests.scenarios.clients.openstack_shell import OpenStack
from tests.scenarios.clients.site import Embedded, Site, WithKeystone


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """heat-all with all its defaults."""
    with Deployment(tmp_path_factory.mktemp("clients")) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def alice(running: Deployment) -> Person:
    return Person(running.add_user("alice", "garden", "member"), running.native_url)


@pytest.fixture(scope="session")
def bob(running: Deployment) -> Person:
    """Of another project."""
    return Person(running.add_user("bob", "harbour", "member"), running.native_url)


@pytest.fixture(scope="session")
def clouds_file(running: Deployment, alice: Person) -> Path:
    """Alice's clouds.yaml, as `make run` writes it."""
    account = alice.account
    user = LocalUser(
        id="",
        name=account.name,
        project_id=account.project_id,
        project_name=account.project,
        roles=("member",),
        access=account.access,
        secret=account.secret,
        created_at=utc(),
    )
    home = Home(running.directory)
    home.write_client_files(HomeAccount(user, account.password), running.ports)
    return home.clouds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only what is to run with Keystone wants it, and says so before it runs."""
    for item in items:
        called = getattr(item, "callspec", None)
        if called is not None and "keystone" in called.params.values():
            item.fixturenames.append("keystone")  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def sites() -> Iterator[dict[str, Site]]:
    """The installations that have been wanted so far, by the way to authenticate."""
    made: dict[str, Site] = {}
    yield made
    for one in made.values():
        one.close()


@pytest.fixture(scope="module", params=["embedded", "keystone"])
def site(
    request: pytest.FixtureRequest,
    sites: dict[str, Site],
    tmp_path_factory: pytest.TempPathFactory,
) -> Site:
    """The installation that clients are tried with, once for each way to authenticate."""
    way: str = request.param
    if way not in sites:
        directory = tmp_path_factory.mktemp(way)
        if way == "keystone":
            sites[way] = WithKeystone(directory, request.getfixturevalue("keystone"))
        else:
            sites[way] = Embedded(directory)
    return sites[way]


@pytest.fixture(scope="module")
def command_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openstack")


@pytest.fixture(scope="module")
def openstack(site: Site, command_directory: Path) -> OpenStack:
    """The command as alice has it."""
    return OpenStack(site.clouds_file, "alice", command_directory, site.recorder)


@pytest.fixture(autouse=True)
def kept_claims(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test does all that docs/clients.md says of it."""
    if "site" not in request.fixturenames:
        yield
        return
    recorder = request.getfixturevalue("site").recorder
    recorder.begin()
    yield
    found = recorder.found()
    name = request.node.originalname
    table.report(name, found)
    missing = table.claims().get(name, set()) - found
    assert not missing, f"docs/clients.md says that {name} does this: {sorted(missing)}"


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything that a deployment keeps, counted."""

    state: Path

    def count(self) -> dict[str, int]:
        """Rows by file and table, of the engine's database and of the embedded cloud's."""
        found = {}
        for path in [*self.state.rglob("*.db"), *self.state.rglob("*.sqlite3")]:
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (name,) in names.fetchall():
                (rows,) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
                found[f"{path.name}: {name}"] = rows
            connection.close()
        return found

    def of_cloud(self) -> dict[str, int]:
        """What the embedded cloud keeps: its documents, and directories of servers and volumes."""
        rows = {name: rows for name, rows in self.count().items() if name.startswith("documents")}
        for kind in ("servers", "volumes"):
            rows[kind] = len(list((self.state / "cloud" / kind).iterdir()))
        return rows


@pytest.fixture(scope="session")
def traces(running: Deployment) -> Traces:
    return Traces(running.state)
