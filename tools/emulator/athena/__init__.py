"""Athena for MiniStack: its SQL, parsed by sqlglot and run by DuckDB over the objects of tables in the Glue catalog."""
