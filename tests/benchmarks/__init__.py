"""Benchmarks: how fast synthesis and the Lambda code are, as ratios against floors and other tools of the same run.

`make bench` (or `python -m tests.benchmarks`) runs all groups, `python -m tests.benchmarks synth` one of them, and
`--quick` measures once instead of five times and leaves out the slowest. Absolute seconds say little on a shared
machine: read the ratios. Nothing here is asserted by a test; the exit status is 0 unless a benchmark itself breaks.
"""
