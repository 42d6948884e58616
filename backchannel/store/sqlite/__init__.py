"""The SQLite implementation of `store.base`."""
