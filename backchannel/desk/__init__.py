"""All changes to an event: check permission, read, decide, save, nudge the dispatcher."""
