"""Storage. `base` defines the contract of a store; `sqlite` implements it."""
