"""From the record of a session or event to what is published: compose, then one file a format."""
