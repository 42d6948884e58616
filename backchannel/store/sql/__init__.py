"""The queries and changes in SQL that every database understands. `sqlite/` and `postgres/` run them."""
