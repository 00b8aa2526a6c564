"""The record in a database: SQLite in a file by default, PostgreSQL by one setting."""

from atlas.sources.store.database import Database, StoreUnreachableError
from atlas.sources.store.head import Seal
from atlas.sources.store.record import Store, open_store, store_if_made
from atlas.sources.store.restoring import accept, back_up, begin_anew, restore

__all__ = [
    "Database",
    "Seal",
    "Store",
    "StoreUnreachableError",
    "accept",
    "back_up",
    "begin_anew",
    "open_store",
    "restore",
    "store_if_made",
]
