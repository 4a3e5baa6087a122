"""Runs migrations inside the transaction that `ivr.store.migrate` has begun."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two processes that start at once would otherwise both create the tables.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(8277461)")
    context.run_migrations()
