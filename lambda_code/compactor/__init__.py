"""Makes the archive quick to query: closed hours as columnar files, proven equal to what was stored."""
