"""The specification of the constructs: what they write, and what they refuse."""
