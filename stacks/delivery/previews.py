"""Names of the ephemeral environments of pull requests: `pr` and a number."""

import re

PREVIEW = re.compile(r"pr[1-9][0-9]*")
# The same for IAM, whose patterns have no digits: `pr*` would match `prod`, too.
PREVIEW_PATTERNS = tuple(f"pr{digit}*" for digit in range(1, 10))
# Names that these patterns, after a purpose and a hyphen, would match although they are no preview's.
TAKEN_FOR_PREVIEW = re.compile(r"(.*-)?pr[1-9].*")
