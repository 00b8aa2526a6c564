"""The record in a database: SQLite in a file by default, PostgreSQL by one setting."""

from atlas.sources.store.database import StoreUnreachableError, back_up
from atlas.sources.store.record import Store, open_store, store_if_made

__all__ = ["Store", "StoreUnreachableError", "back_up", "open_store", "store_if_made"]
