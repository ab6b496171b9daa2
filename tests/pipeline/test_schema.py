"""The migrations make the very tables that the code declares, on both databases."""

import importlib
import pkgutil

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import pipeline.store
from pipeline.store import Store
from pipeline.store.schema import metadata


def test_the_migrated_schema_is_the_declared_one(store: Store) -> None:
    for module in pkgutil.iter_modules(pipeline.store.__path__):
        if not module.ispkg:
            importlib.import_module(f"pipeline.store.{module.name}")
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
