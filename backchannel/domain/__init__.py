"""The ground floor: what the words mean. Stdlib only: no Flask, SQL, feeds, clock or network."""
