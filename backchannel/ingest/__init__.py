"""Input from outside: feeds, schedules and documents."""
