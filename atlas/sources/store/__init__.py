"""The record in a database: SQLite in a file by default, PostgreSQL by one setting."""

from atlas.sources.store.database import Database, StoreUnreachableError, back_up
from atlas.sources.store.record import Store, open_store, store_if_made
from atlas.sources.store.restoring import restore

__all__ = ["Database", "Store", "StoreUnreachableError", "back_up", "open_store", "restore", "store_if_made"]
