"""Pages and API, one file a task. Every module's `register(app)` adds its routes or hooks to the application."""
