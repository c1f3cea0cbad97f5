"""What holds for all unit tests."""

import os

# A person's choice of program is one for what they deploy; these tests put programs of their own in its place.
os.environ.pop("TERRAFORM_BINARY_NAME", None)
