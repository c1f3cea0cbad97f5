"""What the names of files mean: which are left alone, and in which a path leads to the records."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

from lambda_code.importer.notification import PREFIX


class InboxRules(msgspec.Struct, frozen=True, kw_only=True):
    """`ignored_names` are patterns for a file's name or any folder above it: `*`, `?` and `[...]`.

    `records_paths` leads from the beginning of a name below `incoming/` to keys with dots between them.
    """

    ignored_names: tuple[str, ...] = ()
    records_paths: Mapping[str, str] = {}

    def is_ignored(self, key: str) -> bool:
        """Whether it is a file that another program uses on its way to the real one."""
        parts = [part for part in key.removeprefix(PREFIX).split("/") if part.strip(".")]
        return any(fnmatchcase(part, pattern) for part in parts for pattern in self.ignored_names)

    def records_path(self, key: str) -> tuple[str, ...]:
        """The keys that lead to the records of this file, by the longest beginning that fits; none without."""
        name = key.removeprefix(PREFIX)
        fitting = [beginning for beginning in self.records_paths if name.startswith(beginning)]
        return tuple(self.records_paths[max(fitting, key=len)].split(".")) if fitting else ()
