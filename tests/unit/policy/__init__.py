"""Tests of the policy checks."""
