"""What alembic runs; the connection and its lock come from ``db_sync``."""

from alembic import context

from heat_engine.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
