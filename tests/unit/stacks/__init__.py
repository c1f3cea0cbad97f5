"""The specification of the stacks."""
