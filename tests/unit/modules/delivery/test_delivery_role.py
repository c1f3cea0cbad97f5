"""A role's statements are divided into policies that IAM accepts."""

import re

import pytest

from modules.delivery.delivery_role import divided
from modules.delivery.function_boundary import limits
from modules.delivery.permissions import PERMISSIONS, TESTS, permissions_for
from modules.delivery.reach import KEY_USERS, OF_ITS_REGION
from modules.delivery.statements import confined, deploying
from modules.iam import Statement, policy_document
from modules.names import Names
from stacks.delivery.previews import PREVIEW_PATTERNS
from stacks.delivery.reaches import DEPLOYED_BUCKETS
from stacks.regions import KNOWN_REGIONS
from tests.unit.modules.delivery.reach import make_reach

_EVERYTHING = permissions_for(PERMISSIONS) + TESTS


def test_every_statement_is_in_one_part() -> None:
    statements = deploying(_EVERYTHING, make_reach(zone_id="Z1", boundary="arn:aws:iam::111111111111:policy/b"))
    found = [one.sid for own in divided(statements).values() for one in own]
    assert sorted(found) == sorted(one.sid for one in statements)


def test_a_service_without_a_part_is_refused() -> None:
    statement = Statement(sid="Machines", actions=("states:DescribeStateMachine",), resources=("*",))
    with pytest.raises(ValueError, match="has no part for states: add it"):
        divided([statement])


@pytest.mark.parametrize("project", ["tap", "abcdefghijkl"])
@pytest.mark.parametrize(
    ("suffixes", "key_users"), [(PREVIEW_PATTERNS, (*KEY_USERS, "s3")), (("integration",), KEY_USERS)]
)
def test_policies_fit_with_every_region_of_aws_and_a_long_project(
    suffixes: tuple[str, ...], key_users: tuple[str, ...], project: str
) -> None:
    """The limit is IAM's."""
    names = Names(project=project, suffix="integration", region="ap-southeast-1", account_id="111111111111")
    reach = make_reach(
        names=names,
        suffixes=suffixes,
        regions=tuple(KNOWN_REGIONS),
        stacks=(OF_ITS_REGION, "edge"),
        cut_buckets=DEPLOYED_BUCKETS if "integration" in suffixes else (),
        key_users=key_users,
        zone_id="Z0123456789ABCDEFGHIJ",
        boundary=names.global_arn("iam", f"policy/{project}-preview-function-boundary-integration-ap-southeast-1"),
    )
    roles = [confined(own, reach.regions) for own in divided(deploying(_EVERYTHING, reach)).values()]
    for own in (limits(reach), *roles):
        assert len(re.sub(r"\s", "", policy_document(own))) <= 6144, own[0].sid
