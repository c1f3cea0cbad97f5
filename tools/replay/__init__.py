"""Hands batches that the stream's mapping gave up to the processor once more, and removes those that it stored.

A batch goes exactly as it was: the same records under the same sequence numbers. The processor then claims what it
claimed before and completes the same objects of the archive, so that replaying a batch once, twice or halfway has one
effect. Whatever is not known to be stored stays in the failures bucket.
"""
