"""Shared by the functions: the event, strict JSON, and adapters of services that two of them use."""
