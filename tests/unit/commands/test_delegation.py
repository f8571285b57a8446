from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from common import errors
from common.context import RequestContext
from common.crypt import Vault
from heat_engine.clouds.identity import Caller, Identity
from heat_engine.commands import delegation
from heat_engine.commands.core import Core
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store import revocations
from heat_engine.store.database import Database
from heat_engine.store.tables import revocation
from tests.databases import KEY, create_schema
from tests.unit.resources.cloud_double import CloudDouble

CALLER = RequestContext(user_id="u", project_id="p", overwrite=False)


class Trusting(Identity):
    """Delegates by the token alone; ``answers``: whether it lives to tell."""

    delegates = True
    answers = True

    def promised(self, caller: Caller, token: str) -> dict[str, Any]:
        return {"auth": {"client_token": token}}

    def delegate(self, caller: Caller, token: str) -> dict[str, Any]:
        if not self.answers:
            raise errors.ServiceUnavailable("no answer")
        return self.promised(caller, token)


@pytest.fixture
def core(tmp_path: Path) -> Core:
    url = f"sqlite:///{tmp_path}/heat.db"
    create_schema(url)
    database = Database(url, Vault([KEY]))
    return Core(EngineSettings(), database, Registry([]), CloudDouble(), Trusting())


def noted(core: Core) -> list[str]:
    """What would be given back were the time over."""
    with core.database.read() as session:
        return [*session.execute(select(revocation.c.id)).scalars()]


def test_what_is_stored_is_kept(core: Core) -> None:
    held = delegation.fresh(core, CALLER)
    assert noted(core) == [held["auth"]["client_token"]]
    assert core.database.query(revocations.due, 1) == []
    with delegation.kept(core, held):
        core.database.transact(delegation.keep, held)
    assert noted(core) == []


def test_what_could_not_be_stored_is_given_back(core: Core) -> None:
    held = delegation.fresh(core, CALLER)
    with pytest.raises(errors.StackExists), delegation.kept(core, held):
        raise errors.StackExists(stack_name="s")
    [item] = core.database.query(revocations.due, 2)
    assert (item.id, item.body) == (held["auth"]["client_token"], held)


def test_what_is_being_given_back_is_not_stored(core: Core) -> None:
    held = delegation.fresh(core, CALLER)
    core.database.transact(revocations.remove, held["auth"]["client_token"])
    with pytest.raises(errors.ServiceUnavailable):
        core.database.transact(delegation.keep, held)


def test_what_nobody_was_told_of_is_given_back_in_the_end(core: Core) -> None:
    core.identity.answers = False  # type: ignore[attr-defined]
    with pytest.raises(errors.ServiceUnavailable):
        delegation.fresh(core, CALLER)
    assert len(noted(core)) == 1
