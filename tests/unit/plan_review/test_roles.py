"""What roles lose, and what only looks so: over their own policies, attached ones, and their boundaries."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plan_review.plans import Json, change, read_plan, review, written
from tests.unit.plan_review.samples import allow, policy
from tools.plan_review.comment import comment

_OWN, _MANAGED, _ATTACHMENT = "aws_iam_role_policy", "aws_iam_policy", "aws_iam_role_policy_attachment"
_READ, _KEY = allow(action="kinesis:GetRecords", resource="s"), allow(action="kms:Decrypt", resource="k")
_REPLACED: Json = {"actions": ["delete", "create"]}


def _found(folder: Path, *changes: Json, **more: Any) -> dict[str, str]:
    return {one.rule.id: one.detail for one in review([read_plan(written(folder, *changes, **more))]).findings}


def _stays(type_: str, body: Json, name: str = "stays") -> Json:
    return change(type_, body, body, actions=["no-op"], address=f"{type_}.{name}")


def _own(before: str | None, after: str | None, name: str = "one", role: str = "r") -> Json:
    sides = [{"role": role, "policy": text} if text else None for text in (before, after)]
    return change(_OWN, sides[0], sides[1], address=f"{_OWN}.{name}")


def _managed(before: str | None, after: str | None, name: str = "one") -> Json:
    sides = [{"arn": f"arn:{name}", "policy": text} if text else None for text in (before, after)]
    return change(_MANAGED, sides[0], sides[1], address=f"{_MANAGED}.{name}")


def _attached(name: str = "one", role: str = "r") -> Json:
    return {"role": role, "policy_arn": f"arn:{name}"}


def test_what_another_policy_of_the_role_still_allows_is_not_lost(tmp_path: Path) -> None:
    less = _own(policy(_READ, _KEY), policy(_READ))
    assert _found(tmp_path, less) == {"role-loses": "`r` loses `kms:Decrypt` on `k`"}
    wide = policy(allow(action="kms:*", resource="*"))
    assert _found(tmp_path, less, _stays(_OWN, {"role": "r", "policy": wide})) == {}
    assert set(_found(tmp_path, less, _stays(_OWN, {"role": "other", "policy": wide}))) == {"role-loses"}
    held = _stays(_MANAGED, {"arn": "arn:one", "policy": wide})
    assert _found(tmp_path, less, held, _stays(_ATTACHMENT, _attached())) == {}


def test_a_managed_policy_names_the_roles_that_have_it(tmp_path: Path) -> None:
    less = _managed(policy(_READ, _KEY), policy(_READ))
    assert _found(tmp_path, less) == {"role-loses": "loses `kms:Decrypt` on `k`"}
    held = [_stays(_ATTACHMENT, _attached(role=role), role) for role in ("a", "b")]
    found = review([read_plan(written(tmp_path, less, *held))])
    assert [one.detail for one in found.findings] == [f"`{role}` loses `kms:Decrypt` on `k`" for role in ("a", "b")]
    text = comment(found)
    assert "- `aws_iam_policy.one` of `a`\n  - loses `kms:Decrypt` on `k`\n" in text
    assert "(x2)" not in text


def test_a_managed_policy_that_is_split_takes_nothing_from_its_role(tmp_path: Path) -> None:
    split = (_managed(policy(_READ, _KEY), policy(_READ)), _managed(None, policy(_KEY), "two"))
    held = _stays(_ATTACHMENT, _attached())
    known = change(_ATTACHMENT, None, _attached("two"), address=f"{_ATTACHMENT}.two")
    assert set(_found(tmp_path, *split, held, known)) == {"policy-attached"}
    unknown = change(_ATTACHMENT, None, {"role": "r"}, address=f"{_ATTACHMENT}.two", after_unknown={"policy_arn": True})
    split[1]["change"] |= {"after": {"policy": policy(_KEY)}, "after_unknown": {"arn": True}}
    assert set(_found(tmp_path, *split, held, unknown)) == {"policy-attached", "role-gains", "role-loses"}
    configured = {"resource": {_ATTACHMENT: {"two": {"policy_arn": "${aws_iam_policy.two.arn}"}}}}
    (tmp_path / "tap-dev-us-east-1.tf.json").write_text(json.dumps(configured))
    assert set(_found(tmp_path, *split, held, unknown)) == {"policy-attached"}


def test_a_policy_is_missed_by_the_role_that_it_is_detached_from(tmp_path: Path) -> None:
    gone = change(_ATTACHMENT, _attached(), None)
    assert _found(tmp_path, gone)["role-loses"] == "`r` loses `arn:one`"
    deleted = _managed(policy(_READ), None)
    assert _found(tmp_path, gone, deleted)["role-loses"] == "`r` loses `kinesis:GetRecords` on `s`"
    assert set(_found(tmp_path, deleted)) == set()
    again = change(_ATTACHMENT, None, _attached(), address=f"{_ATTACHMENT}.two")
    assert "role-loses" not in _found(tmp_path, gone, again)
    assert "role-loses" not in _found(tmp_path, gone, deleted, _own(None, policy(_READ)))
    assert "role-loses" not in _found(tmp_path, gone, change("aws_iam_role", {"name": "r"}, None))
    assert "role-loses" not in _found(tmp_path, change(_ATTACHMENT, _attached(), None, actions=["forget"]))


def test_a_role_that_is_replaced_by_one_of_another_name_is_compared_with_it(tmp_path: Path) -> None:
    role = change("aws_iam_role", {"name": "r"}, {"name": "s"}, **_REPLACED)
    for after, expected in ((policy(_READ, _KEY), set()), (policy(_READ), {"role-loses"})):
        before = {"role": "r", "policy": policy(_READ, _KEY)}
        own = change(_OWN, before, {"role": "s", "policy": after}, **_REPLACED)
        assert set(_found(tmp_path, role, own)) == expected
        unknown = change(_OWN, before, {"policy": after}, after_unknown={"role": True}, **_REPLACED)
        assert set(_found(tmp_path, role, unknown)) == expected


@pytest.mark.parametrize(
    ("limit", "lost"),
    [
        (policy(allow(action="kinesis:*", resource="*"), allow(action="kms:*", resource="*")), None),
        (policy(allow(action="kinesis:*", resource="*")), "`r` loses `kms:Decrypt` on `k`"),
        (policy(allow(action="*", resource="*"), _KEY | {"Effect": "Deny"}), "`r` loses `kms:Decrypt` on `k`"),
        (None, None),
    ],
)
def test_a_boundary_needs_a_label_where_it_is_seen_to_allow_less_than_the_policies(
    limit: str | None, lost: str | None, tmp_path: Path
) -> None:
    given = change("aws_iam_role", {"name": "r"}, {"name": "r", "permissions_boundary": "arn:limit"})
    seen = [_stays(_MANAGED, {"arn": "arn:limit", "policy": limit})] if limit else []
    own = _stays(_OWN, {"role": "r", "policy": policy(_READ, _KEY)})
    expected = {"boundary-given": "`arn:limit`"} | ({"role-loses": lost} if lost else {})
    assert _found(tmp_path, given, own, *seen) == expected
    other = change("aws_iam_role", *({"name": "r", "permissions_boundary": f"arn:{one}"} for one in ("old", "limit")))
    old = _stays(_MANAGED, {"arn": "arn:old", "policy": policy(_READ)}, "old")
    assert set(_found(tmp_path, other, own, *seen, old)) == {"boundary-changed"}


def test_what_is_sensitive_in_a_policy_that_stays_is_not_shown_when_it_is_detached(tmp_path: Path) -> None:
    held = _stays(_MANAGED, {"arn": "arn:one", "policy": policy(allow(resource="secret"))})
    held["change"] |= {"before_sensitive": {"policy": True}}
    found = review([read_plan(written(tmp_path, change(_ATTACHMENT, _attached(), None), held))])
    assert {one.rule.id for one in found.findings} == {"policy-detached", "role-unknown"}
    assert "secret" not in comment(found)
