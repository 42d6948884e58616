"""One file a schedule format; each turns bytes into a `Schedule`."""
