"""Every test of the store runs on all three databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url

from common.crypt import Vault
from heat_engine.store.database import Database
from tests.databases import KEY, database, database_url, shared_database
from tests.proxy import Proxy

__all__ = ["database", "database_url", "shared_database"]


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    url = make_url(database_url)
    if url.host is None:
        pytest.skip("SQLite has no connection to lose")
    with Proxy(url.host, url.port or 0) as door:
        yield door


@pytest.fixture
def remote(database: Database, database_url: str, proxy: Proxy) -> Iterator[Database]:
    """The same database as ``database``, reached through ``proxy``."""
    url = make_url(database_url).set(port=proxy.port).render_as_string(hide_password=False)
    through = Database(url, Vault([KEY]))
    yield through
    through.dispose()
