"""For each test of a difference: values before and after for which it holds, and for which it doesn't."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.unit.plan_review.plans import Json, change
from tools.plan_review.differences import Verdict
from tools.plan_review.verdicts.rows import RESOURCE

Values = Sequence[tuple[Any, Any]]
_ARN = "arn:aws:kms:us-east-1:111111111111"
_OWN, _OTHER = f"{_ARN}:key/a", f"{_ARN}:key/b"


def policy(*statements: Json) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any = None, action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::a/*", **more: Any) -> Json:
    """A statement that allows something; without a principal it is a role's."""
    body = {"Effect": "Allow", "Action": action, "Resource": resource} | more
    return body | {"Principal": principal} if principal else body


_A, _B = ({"AWS": f"arn:aws:iam::{account}:root"} for account in ("111111111111", "222222222222"))
_DENY = allow("*") | {"Effect": "Deny"}
# What is no number, where one is expected.
_ODD = [(2, True), (1, "many"), (1, [0]), (1, "NaN"), ({"a": 1}, 1), (10**400, 1)]
VALUES: Mapping[str, tuple[Values, Values]] = {
    "another value": ([("a", "b"), ("a", None), (None, "b")], [("a", "a"), (None, ""), (None, [])]),
    "set, removed, or another value": ([("a", "b"), ("a", None), ([], [{"a": 1}])], [("a", "a"), (None, [])]),
    "raised": ([(1, 2), ("50", "500"), *_ODD], [(2, 1), (1, 1), ("500", "50")]),
    "lowered": ([(2, 1), (30, 0), *_ODD], [(1, 2), (2, 2), (0, 30), (2, None), (None, 1)]),
    "shortened, or no longer endless": (
        [(168, 24), (0, 7), (None, 7), (-1, 60), (168, -5), *_ODD],
        [(24, 168), (7, 0), (7, -1)],
    ),
    "lowered, or no longer unlimited": ([(10, 2), (-1, 10), (None, 10), (2, 0)], [(2, 10), (10, -1), (0, 2)]),
    "raised, or unlimited": ([(100, 10000), (5, -1), (5, None)], [(10000, 100), (-1, 5), (0, 5), (5, 0)]),
    "lowered, or limited": ([(10, 5), (-1, 5), (None, 5)], [(5, 10), (5, 0), (5, -1)]),
    "0": ([(5, 0), (-1, 0), (None, 0)], [(0, 5), (5, 1)]),
    "switched on": ([(False, True), (None, True), (False, "true")], [(True, False), (True, None), (None, False)]),
    "switched off": ([(True, False), (True, None), ("true", "false")], [(False, True), (None, True), (None, False)]),
    "disabled": ([(True, False), (None, False), (True, "false")], [(False, True), (False, None), (True, None)]),
    "removed": ([("a", None), (["a"], []), (0, None)], [(None, "a"), ("a", "b"), (None, ""), (1, 0)]),
    "removed, or another value": ([("a", None), ("a", "b"), (["a"], [])], [(None, "a"), ("a", "a"), (None, "")]),
    "no longer enabled": (
        [("ENABLED", "DISABLED"), (None, "DISABLED"), ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "DISABLED")],
        [("DISABLED", "ENABLED"), ("DISABLED", None), (None, "ENABLED")],
    ),
    "no longer by a key of KMS": (
        [("aws:kms", "AES256"), ("aws:kms:dsse", "AES256"), ("aws:kms", None)],
        [("AES256", "aws:kms"), ("aws:kms", "aws:kms:dsse"), (None, "AES256")],
    ),
    "set, or another value": ([(None, "a"), ("a", "b")], [("a", None), ("a", "")]),
    "elements removed": ([(["a", "b"], ["b"]), (["a"], None), (["a"], ["b"])], [(["a"], ["a", "b"]), (None, ["a"])]),
    "elements added": ([(["a"], ["a", "b"]), (None, ["*"]), (["a"], ["b"])], [(["a", "b"], ["b"]), (["a"], None)]),
    "more than double, or less than half": ([(2, 10), (10, 4), (1, 3)], [(2, 4), (4, 2), (1, 2)]),
    "from an own key to AWS's key, or to none": (
        [
            (_OWN, "alias/aws/kinesis"),
            (_OWN, None),
            ("alias/mine", f"{_ARN}:alias/aws/sqs"),
            (_OWN, ""),
        ],
        [("alias/aws/kinesis", _OWN), (None, _OWN), (_OWN, _OTHER), ("alias/aws/sqs", None)],
    ),
    "from an own key to another": ([(_OWN, _OTHER)], [(_OWN, "a"), (None, _OWN), ("alias/aws/sns", _OWN)]),
    "a field less, or no longer JSON": (
        [('{"a": 1, "b": 2}', '{"a": 1}'), ('{"a": 1}', None), ("$a $b", "$a")],
        [('{"a": 1}', '{"a": 2, "b": 3}'), (None, '{"a": 1}')],
    ),
    "later in `INFO`, `WARN`, `ERROR`, `FATAL`": (
        [("INFO", "WARN"), ("DEBUG", "ERROR"), (None, "WARN")],
        [("WARN", "INFO"), ("DEBUG", "INFO"), ("WARN", None)],
    ),
    "later in `breaching`, `missing`, `ignore`, `notBreaching`": (
        [("breaching", "notBreaching"), ("breaching", None), ("missing", ["missing"]), (None, "ignore")],
        [("notBreaching", "breaching"), ("missing", "breaching"), (None, "missing")],
    ),
    "later in `evaluate`, `ignore`": ([("evaluate", "ignore"), (None, "ignore")], [("ignore", "evaluate")]),
    "a principal is added": ([(policy(allow(_A)), policy(allow(_A), allow(_B)))], [(policy(allow(_A)), policy())]),
    "a principal is allowed more": (
        [(policy(allow(_A)), policy(allow(_A, action="s3:*")))],
        [(policy(allow(_A, action="s3:*")), policy(allow(_A)))],
    ),
    "a principal is allowed less, or denied more": (
        [(policy(allow(_A), allow(_B)), policy(allow(_A))), (policy(allow(_A)), policy(allow(_A), _DENY))],
        [(policy(allow(_A)), policy(allow(_A), allow(_B))), (policy(allow(_A), _DENY), policy(allow(_A)))],
    ),
    "an explicit deny is removed": ([(policy(_DENY), policy())], [(policy(), policy(_DENY))]),
    "unknown, sensitive, or not readable": ([(policy(), "{")], [(policy(), policy(_DENY))]),
    "given for the first time": ([(None, "arn:a")], [("arn:a", "arn:b"), ("arn:a", None)]),
    "another one, or none": ([("arn:a", "arn:b"), ("arn:a", None)], [(None, "arn:a")]),
    "another principal, or fewer conditions": (
        [("a.amazonaws.com", "b.amazonaws.com"), ("a.amazonaws.com", "*")],
        [("a.amazonaws.com", "a.amazonaws.com")],
    ),
}
_KEPT = ", in a block that stays"
_IN_PLACE = ", in place"
# Of a test of one attribute that depends on others: what else the resource has, before and after.
_GREATER, _LESS = ({"comparison_operator": f"{word}Threshold"} for word in ("GreaterThan", "LessThan"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Changes, and whether the verdict on one attribute of them must be found."""

    type: str
    path: str
    verdict: Verdict
    fires: bool
    changes: tuple[Json, ...]

    def __str__(self) -> str:
        return f"{self.type}-{self.path}-{self.verdict.rule.id}-{'fires' if self.fires else 'fine'}"


def nested(path: str, value: Any) -> Json:
    """The value as Terraform writes it at a path, in blocks that are lists of one."""
    first, _, rest = path.partition(".")
    if not rest:
        return {first: value}
    inner = nested(rest, value)
    return {first: inner if first == "variables" else [inner]}


def cases(type_: str, path: str, verdict: Verdict) -> Iterator[Case]:
    """Changes for which the verdict must be found, and others."""
    for fires, changes in _changes(type_, path, verdict):
        yield Case(type=type_, path=path, verdict=verdict, fires=fires, changes=changes)


def _changes(type_: str, path: str, verdict: Verdict) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    in_place = verdict.when.words.endswith(_IN_PLACE)
    words = verdict.when.words.removesuffix(_KEPT).removesuffix(_IN_PLACE)
    if values_of := _values(words):
        if verdict.when.words.endswith(_KEPT):
            yield from _whole_blocks(type_, path)
        for fires, values in zip((True, False), values_of, strict=True):
            for old, new in values:
                for actions in (["update"], ["delete", "create"]):
                    holds = fires and (actions == ["update"] or not in_place)
                    yield holds, (change(type_, nested(path, old), nested(path, new), actions=actions),)
    elif words == "compared over all policies of a role":
        yield from _by_role(type_, path, verdict.rule.id)
    else:
        yield from _special(type_, path, words)


def _values(words: str) -> tuple[Values, Values] | None:
    """Values for which the test with these words holds, and others."""
    name, _, none = words.partition("; none is ")
    if not none:
        return VALUES.get(words)
    taken = int(none.replace(",", ""))
    more = taken + 1
    if name == "lowered":
        return [(more, taken), (more, None), (None, taken - 1), *_ODD], [(taken, more), (None, taken), (taken, None)]
    return [(taken, more), (None, more), *_ODD], [(more, taken), (more, None), (None, taken), (None, "")]


def _whole_blocks(type_: str, path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    """The block that holds it is added, or removed."""
    outer, held = path.partition(".")[0], nested(path, ["a"])
    for old, new in (({outer: []}, held), (held, {outer: []})):
        yield False, (change(type_, old | {"id": "a"}, new | {"id": "a"}),)


def _special(type_: str, path: str, words: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    same, made = {"id": "a", "name": "a"}, ["delete", "create"]
    stays, gone, comes = change(type_, same, same | {"x": 1}), change(type_, same, None), change(type_, None, same)
    replaced = change(type_, same, same, actions=made)
    acts = {"replaced": [replaced], "destroyed": [gone], "destroyed or replaced": [gone, replaced], "changed": [stays]}
    if words in acts:
        for one in (stays, gone, comes, replaced):
            yield one in acts[words], (one,)
    elif words.startswith("no longer `"):
        value = words.removeprefix("no longer `").removesuffix("`")
        yield True, (change(type_, nested(path, value), nested(path, "other")),)
        yield True, (change(type_, nested(path, value), nested(path, None)),)
        yield False, (change(type_, nested(path, "other"), nested(path, value)),)
    elif words.startswith("`"):
        for value in words.replace("`", "").split(" or "):
            yield True, (change(type_, nested(path, "other"), nested(path, None if value == "None" else value)),)
            yield False, (change(type_, nested(path, None if value == "None" else value), nested(path, "other")),)
    elif words.startswith("removed from a `"):
        yield from _owned(type_, words, whole=path == RESOURCE)
    else:
        yield from _OWN_CHANGES[words](type_, path)


def _owned(type_: str, words: str, *, whole: bool) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    owner = f"aws_{words.split('`')[1]}"
    names = ("bucket", "queue_url", "resource_arn", "key_id", "secret_arn", "secret_id", "arn", "function_name")
    mine, other = (dict.fromkeys(names, name) for name in ("a", "b"))
    ends = {actions: change(owner, {"id": "a"}, {"id": "b"}, actions=list(actions)) for actions in (("delete",), _MADE)}
    moves = change(type_, mine, other, actions=["delete", "create"])
    yield whole, (change(type_, mine, None),)
    yield whole, (change(type_, mine, None), ends[_MADE])
    yield not whole, (moves,)
    yield False, (change(type_, mine, None), ends["delete",])
    yield False, (moves, ends[_MADE])
    yield False, (change(type_, mine, mine | {"x": 1}),)
    yield False, (change(type_, None, mine),)


_MADE = ("delete", "create")
_ATTACHMENT = "aws_iam_role_policy_attachment"


def _later(type_: str, _path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    for operator, old, new, fires in (
        (_GREATER, 10, 20, True),
        (_GREATER, 20, 10, False),
        (_LESS, 20, 10, True),
        (_LESS, 10, 20, False),
    ):
        yield fires, (change(type_, operator | {"threshold": old}, operator | {"threshold": new}),)


def _slower(type_: str, path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    names = ("datapoints_to_alarm", "evaluation_periods")
    tried: Sequence[tuple[tuple[int | None, int], tuple[int | None, int], bool]] = (
        ((1, 1), (3, 3), True),
        ((1, 3), (2, 3), True),
        ((1, 3), (None, 3), True),
        ((2, 5), (2, 3), True),
        ((1, 1), (1, 6), True),
        ((3, 3), (1, 1), False),
        ((2, 3), (1, 3), False),
        ((None, 3), (None, 2), False),
        ((None, 3), (1, 3), False),
    )
    for old, new, fires in tried:
        place = names.index(path)
        if old[place] != new[place]:
            sides = (dict(zip(names, side, strict=True)) for side in (old, new))
            yield fires, (change(type_, *sides),)


def _protected(type_: str, _path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    for value in (True, False, None):
        body = {"id": "a", "deletion_protection_enabled": value}
        yield value is True, (change(type_, body, None),)
        yield value is True, (change(type_, body, body | {"name": "b"}, actions=["delete", "create"]),)
        yield False, (change(type_, body, body | {"name": "b"}),)


def _kept_full(type_: str, _path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    for value in (True, False, None):
        yield value is False, (change(type_, {"id": "a", "force_destroy": value}, None),)


def _opened(type_: str, path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    whole, without = path == RESOURCE, {"route_key": "GET /x"}
    with_ = without | {"authorization_type": "JWT"}
    yield not whole, (change(type_, with_, with_ | {"authorization_type": "NONE"}),)
    yield not whole, (change(type_, with_, without, actions=["delete", "create"]),)
    yield whole, (change(type_, None, without),)
    yield False, (change(type_, without, with_),)
    yield False, (change(type_, None, with_),)
    yield False, (change(type_, None, {"route_key": "GET /health", "authorization_type": "NONE"}),)


def _other_callers(type_: str, _path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    for old, new, fires in (
        ("AWS_IAM", "CUSTOM", True),
        ("JWT", "AWS_IAM", True),
        ("NONE", "AWS_IAM", False),
        (None, "JWT", False),
        ("JWT", "NONE", False),
    ):
        yield fires, (change(type_, {"id": "a", "authorization_type": old}, {"authorization_type": new}),)
    yield False, (change(type_, None, {"authorization_type": "JWT"}),)


def _queue_without_key(type_: str, path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    for key, fires in ((None, True), ("alias/aws/sqs", True), (_OWN, False)):
        yield fires, (change(type_, {path: True}, {path: False, "kms_master_key_id": key}),)
    made = change(type_, {path: True}, {path: False}, after_unknown={"kms_master_key_id": True})
    yield False, (made,)
    yield False, (change(type_, {path: False}, {path: True}),)


def _loop_allowed(type_: str, _path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    allowed, ended = ({"function_name": "f", "recursive_loop": word} for word in ("Allow", "Terminate"))
    yield True, (change(type_, ended, allowed),)
    yield True, (change(type_, {"function_name": "f"}, allowed),)
    yield True, (change(type_, None, allowed),)
    yield False, (change(type_, allowed, ended),)
    yield False, (change(type_, None, ended),)
    yield False, (change(type_, None, allowed), change("aws_lambda_function", None, {"function_name": "f"}))


def _attached(type_: str, path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    yield True, (change(type_, {"name": "a"}, nested(path, "arn:b")),)
    yield True, (change(type_, nested(path, "arn:a"), nested(path, "arn:b"), actions=["delete", "create"]),)
    yield False, (change(type_, nested(path, "arn:a"), nested(path, "arn:a") | {"description": "b"}),)


def _by_role(type_: str, path: str, rule: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    """Found by comparing roles, so that there is no difference that a test could hold for."""
    if type_ not in ("aws_iam_role_policy", "aws_iam_policy"):
        yield from _attached_to_role(type_, path)
        return
    narrow, wide = policy(allow()), policy(allow(), allow(action="s3:*"))
    sides = [{"name": "p", "role": "r", "policy": text} for text in (narrow, wide, "{")]
    role = change("aws_iam_role", None, {"name": "r"})
    changes: dict[str, list[tuple[Json, ...]]] = {
        "role-gains": [(change(type_, sides[0], sides[1]),), (change(type_, sides[1], sides[0]),)],
        "role-wildcard": [(change(type_, None, sides[1]), role), (change(type_, None, sides[0]), role)],
        "role-loses": [(change(type_, sides[1], sides[0]),), (change(type_, sides[0], sides[1]),)],
        "role-unknown": [(change(type_, sides[0], sides[2]),), (change(type_, sides[0], sides[1]),)],
    }
    if rule == "role-wildcard" and type_ == "aws_iam_policy":
        held = change(_ATTACHMENT, None, {"role": "r", "policy_arn": "arn:p"})
        both = (change(type_, None, side | {"arn": "arn:p"}) for side in (sides[1], sides[0]))
        changes[rule] = [(one, role, held) for one in both]
    yield from zip((True, False), changes[rule], strict=True)


def _attached_to_role(type_: str, path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
    """Policies that are attached to a role, and taken from it; or its boundary, which allows nothing of its policy."""
    to = {"roles": ["r"]} if type_ == "aws_iam_policy_attachment" else {"role": "r"}
    body = {"name": "r", "policy_arn": "arn:a", "managed_policy_arns": ["arn:a"]} | to
    more = body | {"description": "a"}
    if path == "permissions_boundary":
        limit = change("aws_iam_policy", {"arn": "arn:a"}, {"arn": "arn:a", "policy": policy()})
        own = change("aws_iam_role_policy", None, {"role": "r", "policy": policy(allow())})
        yield True, (change(type_, body, body | {path: "arn:a"}), limit, own)
        yield False, (change(type_, body, body | {path: "arn:b"}), limit, own)
    elif path == RESOURCE:
        yield True, (change(type_, body, None),)
        yield False, (change(type_, body, None), change("aws_iam_role", {"name": "r"}, None))
        yield False, (change(type_, body, None), change(type_, None, more, address=f"{type_}.two"))
    else:
        other = {"role": "s", "roles": ["s"], "policy_arn": "arn:b", "managed_policy_arns": []}
        yield True, (change(type_, body, body | {path: other[path]}),)
        yield False, (change(type_, body, more),)


def _everywhere(words: str) -> Callable[[str, str], Iterator[tuple[bool, tuple[Json, ...]]]]:
    def made(type_: str, _path: str) -> Iterator[tuple[bool, tuple[Json, ...]]]:
        body = {"id": "a"}
        plain = change(type_, body, body, actions=["no-op"])
        changes = {
            "forgotten": change(type_, body, None, actions=["forget"]),
            "moved": plain | {"previous_address": "a.b"},
            "imported": plain | {"change": plain["change"] | {"importing": {"id": "a"}}},
        }
        for name, one in changes.items():
            yield name == words, (one,)

    return made


_OWN_CHANGES = {
    "reached later": _later,
    "needs more time, or more breaches": _slower,
    "destroyed or replaced while protected": _protected,
    "destroyed or replaced without `force_destroy`": _kept_full,
    "without authorization": _opened,
    "another kind of authorization": _other_callers,
    "switched off, without a key": _queue_without_key,
    "allowed": _loop_allowed,
    "attached, or another one": _attached,
    **{words: _everywhere(words) for words in ("forgotten", "moved", "imported")},
}
