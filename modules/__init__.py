"""Constructs of the pipeline, one per file. None of them knows an environment: everything arrives by properties."""
