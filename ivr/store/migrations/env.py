"""Runs migrations inside the transaction that `ivr.store.migrate` has begun."""

from alembic import context

from ivr.store.schema import ALL_METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=ALL_METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two processes that start at once would otherwise both create the tables.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(8277461)")
    context.run_migrations()
