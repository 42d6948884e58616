"""Where everything is kept. `base` holds the contract, `sqlite` keeps it."""
