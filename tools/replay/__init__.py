"""Invokes the processor again with batches that Lambda discarded, and removes those that it stored.

A batch is sent exactly as it was: the same records with the same sequence numbers. The processor then makes the same
claims and completes the same objects of the archive, so that replaying a batch once, twice or halfway has the same
effect. Whatever is not known to be stored stays in the failures bucket.
"""
