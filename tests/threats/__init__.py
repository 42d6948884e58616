"""The threats, each by its code: who may do what (A), what text may do (X), how much may be asked (L)."""
