"""How far a role reaches: what `{...}` stands for in the resources and conditions of its policies."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from modules.iam import Conditions, Statement
from modules.names import HASH_LENGTH, Names

KEY_USERS = ("dynamodb", "kinesis", "lambda", "secretsmanager")
# The end of a pipeline's name: the region that is asked (IAM user guide, "IAM policy elements: Variables and tags"), so
# that a tag is held to one text, however many regions there are. The first `$` keeps Terraform from reading it.
OF_ITS_REGION = "$${aws:RequestedRegion}"
_PLACEHOLDER = re.compile(r"{(\w+)}")
# API Gateway's ARNs contain ids and no account; tags are separate resources there.
_APIS = ("apis", "apis/*", "tags/*")
_DOMAINS = ("domainnames", "domainnames/*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What a role reaches, as parts of names (`*`: all of them).

    `suffixes`: of environments; `regions`: the only ones (none: all); `buckets`, `roles`: purposes; `stacks`: ends of
    their names; `key_users`: services through which keys are used; `zone_id`: the edge's hosted zone; `cut_buckets`:
    purposes of buckets whose names may be shortened; `boundary`: the permissions boundary of created roles.
    """

    names: Names
    suffixes: tuple[str, ...]
    regions: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ("*",)
    roles: tuple[str, ...] = ("*",)
    stacks: tuple[str, ...] = ("*",)
    key_users: tuple[str, ...] = KEY_USERS
    zone_id: str | None = None
    cut_buckets: tuple[str, ...] = ()
    boundary: str | None = None

    def statement(
        self, sid: str, actions: Iterable[str], *, resources: Iterable[str], conditions: Conditions
    ) -> Statement:
        """Allow the actions; in resources and conditions `{...}` is replaced by each of its values.

        A condition's value is a text with one value, or a sequence. Raises `ValueError` for a placeholder without one.
        """
        filled = {
            operator: {
                key: self.fill(value)[0] if isinstance(value, str) else list(self.fill(*value))
                for key, value in keys.items()
            }
            for operator, keys in conditions.items()
        }
        return Statement(sid=sid, actions=tuple(actions), resources=self.fill(*resources), conditions=filled)

    def fill(self, *templates: str) -> tuple[str, ...]:
        """Return each template once for every combination of its placeholders' values."""
        return tuple(text for template in templates for text in self._fill(template))

    def _fill(self, template: str) -> Iterable[str]:
        used = _PLACEHOLDER.findall(template)
        values = self._values()
        if missing := [name for name in used if not values[name]]:
            raise ValueError(f"the reach has no {missing[0]}, which {template} needs")
        return (
            template.format(**dict(zip(used, chosen, strict=True)))
            for chosen in product(*(values[name] for name in used))
        )

    def _values(self) -> Mapping[str, tuple[str, ...]]:
        project, account = self.names.project, self.names.account_id
        buckets = [f"{start}-*-{account}" for start in self._starts(self.buckets)]
        # A name that is too long ends in a hash instead of the account (modules/names.py).
        cut = [f"{start}-*-{'?' * HASH_LENGTH}" for start in self._starts(self.cut_buckets)]
        # A pattern of suffixes takes in the region behind it: IAM's limit for a policy is near with nine of them.
        names = tuple(start if start.endswith("*") else f"{start}-*" for start in self._starts(("*",)))
        return {
            "account": (account,),
            "api": (*_APIS, *(_DOMAINS if self.zone_id else ())),
            "boundary": (self.boundary,) if self.boundary else (),
            "bucket": (*buckets, *cut),
            "bucket_start": tuple(f"{start}-" for start in self._starts(self.buckets)),
            "database": tuple(name.replace("-", "_") for name in names),
            "key_user": self.key_users,
            "name": names,
            "project": (project,),
            "role": tuple(f"{start}-*" for start in self._starts(self.roles)),
            "stack": tuple(f"{project}-{suffix}-{end}" for suffix in self.suffixes for end in self.stacks),
            "suffix": self.suffixes,
            "zone": (self.zone_id,) if self.zone_id else (),
        }

    def _starts(self, purposes: Iterable[str]) -> list[str]:
        """How names with these purposes begin, before their region."""
        return [f"{self.names.project}-{purpose}-{suffix}" for purpose in purposes for suffix in self.suffixes]
