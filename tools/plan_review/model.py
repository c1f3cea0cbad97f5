"""A plan, as far as a review reads it (Terraform documentation, "JSON output format", plan representation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

Json = Any


class ReviewError(Exception):
    """A plan can't be reviewed; the text says why and what to do."""


class Action(StrEnum):
    """What a plan does with a resource."""

    NOTHING = "no-op"
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    FORGET = "forget"


# Attributes whose values two of a type can't share: at once, or, while Terraform destroys one and creates another of
# them at the same time, with luck.
UNIQUE: Mapping[str, tuple[str, ...]] = {
    "aws_budgets_budget": ("name",),
    "aws_cloudwatch_log_group": ("name",),
    "aws_dynamodb_table": ("name",),
    "aws_iam_openid_connect_provider": ("url",),
    "aws_iam_policy": ("name",),
    "aws_iam_role": ("name",),
    "aws_kinesis_stream": ("name",),
    "aws_kms_alias": ("name",),
    "aws_lambda_event_source_mapping": ("event_source_arn", "function_name"),
    "aws_lambda_function": ("function_name",),
    "aws_lambda_permission": ("function_name", "statement_id"),
    "aws_route53_record": ("zone_id", "name", "type", "set_identifier"),
    "aws_s3_bucket": ("bucket",),
    "aws_secretsmanager_secret": ("name",),
    "aws_sqs_queue": ("name",),
}
# What roles have their permissions from: their own policies, managed ones, and what attaches these.
ROLE, OWN, MANAGED = "aws_iam_role", "aws_iam_role_policy", "aws_iam_policy"
ATTACHMENTS = ("aws_iam_role_policy_attachment", "aws_iam_policy_attachment")
# What AWS gives to a resource, and others are made with; the shortest are ids of API Gateway.
_GIVEN = ("api_endpoint", "arn", "execution_arn", "id", "invoke_arn")
_SHORTEST_ID = 8
# The resource is no longer in the state.
LEAVES = (Action.DELETE, Action.FORGET)


@dataclass(frozen=True, kw_only=True)
class Change:
    """The change of one resource; the trees beside `before` and `after` mark what is unknown or sensitive in them."""

    stack: str
    address: str
    type: str
    action: Action
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    unknown: Json = False
    before_sensitive: Json = False
    after_sensitive: Json = False
    previous_address: str | None = None
    is_imported: bool = False
    # Whether the new one of a replaced resource is made before the old one is destroyed.
    creates_first: bool = False

    def old(self, path: str) -> Json:
        """The value before, `None` where there is none; a path goes through blocks: `destination_config.on_failure`."""
        return at(self.before, path)

    def new(self, path: str) -> Json:
        """The value after, `None` where there is none or it isn't known yet."""
        return at(self.after, path)

    def is_unknown(self, path: str) -> bool:
        """Whether the value after, or a part of it, is known only after apply."""
        return marks(self.unknown, path)

    def is_sensitive(self, path: str) -> bool:
        """Whether the value, or a part of it, is sensitive before or after."""
        return marks(self.before_sensitive, path) or marks(self.after_sensitive, path)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Names of the attributes that differ, or may differ once they are known."""
        unknown = self.unknown if isinstance(self.unknown, dict) else {}
        names = {*self.before, *self.after, *unknown}
        return tuple(
            sorted(n for n in names if self.before.get(n) != self.after.get(n) or (n in unknown and holds(unknown[n])))
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of one stack; outputs are changes of type `output`, without values.

    `region`: the stack's own, if its name has one. `policies` are those of the configuration by address, with
    references in them; `references` are the references by the ARN that they stand for, where that ends in an id of AWS.
    `is_gone`: the stack was removed from the code, and the plan destroys it. `lost`: what was deleted outside of
    Terraform, as changes. `staying`: resources that the plan leaves as they are, by type; `access`: those that give
    roles permissions, as changes. `links`: the address of the managed policy that an attachment, or a role for its
    boundary, refers to, by address. `account`: the only account that the provider may work in, if there is one.
    """

    stack: str
    changes: tuple[Change, ...]
    region: str | None = None
    drifted: tuple[str, ...] = ()
    lost: tuple[Change, ...] = ()
    staying: Mapping[str, tuple[Mapping[str, Json], ...]] = field(default_factory=dict)
    access: tuple[Change, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    complete: bool = True
    policies: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    is_gone: bool = False

    def creates(self, type_: str) -> bool:
        """Whether the plan creates a resource of the type."""
        return type_ in self._created

    def destroys(self, type_: str, id_: Json) -> bool:
        """Whether the resource of the type with this id is destroyed, without another in its place."""
        return isinstance(id_, str) and (type_, id_) in self._destroyed

    def ends(self, type_: str, id_: Json) -> bool:
        """Whether the resource of the type with this id is destroyed, or replaced by another."""
        return self.destroys(type_, id_) or (isinstance(id_, str) and (type_, id_) in self._replaced)

    def creates_function(self, name: Json) -> bool:
        """Whether the plan creates the Lambda function of this name."""
        return isinstance(name, str) and name in self._functions

    def makes(self, type_: str, name: str) -> bool:
        """Whether the plan creates, or replaces, the resource of a type with unique names that has this one."""
        return (type_, name) in self._made

    @cached_property
    def _made(self) -> frozenset[tuple[str, str]]:
        made = (one for one in self.changes if one.type in UNIQUE and one.action in (Action.CREATE, Action.REPLACE))
        names = ((one.type, one.after.get(UNIQUE[one.type][0])) for one in made)
        return frozenset((type_, name) for type_, name in names if isinstance(name, str))

    @cached_property
    def _functions(self) -> frozenset[Json]:
        created = (one for one in self.changes if one.type == "aws_lambda_function" and one.action is Action.CREATE)
        return frozenset(name for one in created if isinstance(name := one.after.get("function_name"), str))

    @cached_property
    def _created(self) -> frozenset[str]:
        return frozenset(change.type for change in self.changes if change.action is Action.CREATE)

    def is_of_replaced(self, value: str) -> bool:
        """Whether the value was made of what AWS gave to a resource that another takes the place of: its ARN or id.

        It may be the beginning of a path, a part of it, or a text in JSON.
        """
        for text in value.split('"'):
            parts = text.split("/")
            starts = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
            if any(one in self._identities for one in (*starts, *parts)):
                return True
        return False

    @cached_property
    def _identities(self) -> frozenset[str]:
        """What is known only after apply of replaced resources, and was long enough to be nothing else."""
        return frozenset(
            old
            for one in self.changes
            if one.action is Action.REPLACE
            for name in _GIVEN
            if isinstance(old := one.before.get(name), str) and len(old) >= _SHORTEST_ID and one.is_unknown(name)
        )

    @cached_property
    def _destroyed(self) -> frozenset[tuple[str, str]]:
        return self._ids(Action.DELETE)

    @cached_property
    def _replaced(self) -> frozenset[tuple[str, str]]:
        return self._ids(Action.REPLACE)

    def _ids(self, action: Action) -> frozenset[tuple[str, str]]:
        ids = ((one.type, one.before.get("id")) for one in self.changes if one.action is action)
        return frozenset((type_, id_) for type_, id_ in ids if isinstance(id_, str))


def at(tree: Json, path: str) -> Json:
    """The value at a path; a block that is a list is its first element, `None` where the path leads nowhere."""
    for name in path.split("."):
        tree = _into(tree)
        if not isinstance(tree, dict):
            return None
        tree = tree.get(name)
    return tree


def marks(tree: Json, path: str) -> bool:
    """Whether a tree of marks has one at the path, above it, or below it, in whichever block of a list."""
    name, _, rest = path.partition(".")
    if isinstance(tree, list):
        return any(marks(one, path) for one in tree)
    if not isinstance(tree, dict):
        return tree is True
    return marks(tree.get(name), rest) if rest else holds(tree.get(name))


def holds(tree: Json) -> bool:
    """Whether there is a mark anywhere in the tree."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if one is True:
            return True
        waiting += _children(one)
    return False


def _children(tree: Json) -> Iterator[Json]:
    if isinstance(tree, dict):
        return iter(tree.values())
    return iter(tree) if isinstance(tree, list) else iter(())


def _into(tree: Json) -> Json:
    while isinstance(tree, list):
        tree = tree[0] if tree else None
    return tree
