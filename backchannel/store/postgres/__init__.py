"""The store in PostgreSQL, for hosts with several processes or machines. It needs the extra `scale`."""
