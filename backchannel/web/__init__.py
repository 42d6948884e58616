"""Pages and API, one file a job."""
