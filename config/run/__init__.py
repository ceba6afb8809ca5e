"""Everything `make run` starts: an embedded PostgreSQL and Valkey, the web server, the worker and the clock."""
