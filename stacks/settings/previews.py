"""What the ephemeral environments of pull requests are called: `pr` and a number."""

import re

PREVIEW = re.compile(r"pr[1-9][0-9]*")
# The same for IAM, whose patterns know no digits: `pr*` would be `prod`, too.
PREVIEW_PATTERNS = tuple(f"pr{digit}*" for digit in range(1, 10))
# What these patterns, behind a purpose and a hyphen, could take for a preview's.
TAKEN_FOR_PREVIEW = re.compile(r"(.*-)?pr[1-9].*")
