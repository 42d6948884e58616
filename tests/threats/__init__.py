"""Security tests, named by the code of the threat: permissions (A), injected text (X) and load (L)."""
