"""The contract of `store.base`, kept by SQLite."""
