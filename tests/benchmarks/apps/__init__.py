"""The programs that are measured: the same hundred resources per stack, built with different tools."""
