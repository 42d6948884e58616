"""What goes out in real time: the dispatcher reads the log, followers get frames."""
