"""How does Alembic reach our tables? With the connection, and the lock, that `migrate.py` holds.

A new revision is a new file in `versions/` and a new `HEAD` in `migrate.py`.
"""

from alembic import context

from reconciliation_pipeline.storage.migrate import VERSION_TABLE
from reconciliation_pipeline.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
