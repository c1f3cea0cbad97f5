"""Physical names and ARNs, all from configuration, so that every stack can be planned in an empty account."""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum

HASH_LENGTH = 8
_ALLOWED = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Kind(Enum):
    """What a name is for, with the longest name that AWS accepts, in characters (service quotas pages of AWS)."""

    API = ("api", 128)
    ALARM = ("alarm", 255)
    BUCKET = ("bucket", 63)
    DASHBOARD = ("dashboard", 255)
    DATABASE = ("database", 255)
    EVENT_RULE = ("event rule", 64)
    FUNCTION = ("function", 64)
    KEY_ALIAS = ("key alias", 250)
    POLICY = ("policy", 128)
    QUEUE = ("queue", 80)
    ROLE = ("role", 64)
    SCHEDULE = ("schedule", 64)
    SECRET = ("secret", 512)
    STREAM = ("stream", 128)
    TABLE = ("table", 255)
    TOPIC = ("topic", 256)
    WORKGROUP = ("workgroup", 128)

    @property
    def limit(self) -> int:
        """The longest name, in characters."""
        return self.value[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Builds every physical name and ARN of one stack: project, purpose, suffix and region, in this order."""

    project: str
    suffix: str
    region: str
    account_id: str

    def __call__(self, purpose: str, kind: Kind) -> str:
        """The name of `purpose`; bucket names also contain the account id, because they are global.

        A name over the limit of its service is cut and ends in a hash of it, so that two long names can't collide.
        Those of databases have underscores for hyphens, or every query would have to quote them.
        """
        parts = [self.project, purpose, self.suffix, self.region]
        if kind is Kind.BUCKET:
            parts.append(self.account_id)
        whole = "-".join(parts)
        if not _ALLOWED.fullmatch(whole):
            raise ValueError(f"a name may contain lower-case letters, digits and single hyphens, got {whole!r}")
        if kind is Kind.DATABASE:
            whole = whole.replace("-", "_")
        if len(whole) <= kind.limit:
            return whole
        kept = whole[: kind.limit - HASH_LENGTH - 1].rstrip("-")
        return f"{kept}-{hashlib.sha256(whole.encode()).hexdigest()[:HASH_LENGTH]}"

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this stack's account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """An ARN of a service whose ARNs have no region: those of S3 have no account either."""
        account = "" if service == "s3" else self.account_id
        return f"arn:aws:{service}::{account}:{resource}"
