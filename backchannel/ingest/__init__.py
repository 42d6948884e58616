"""What comes in from outside: feeds, schedules, documents."""
