"""Every test of the store runs on all three databases."""

from tests.databases import database, database_url, shared_database

__all__ = ["database", "database_url", "shared_database"]
