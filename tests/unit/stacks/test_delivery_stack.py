"""The stack of GitHub's roles, and that these are enough for what is deployed."""

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from main import synthesize
from stacks.delivery.reaches import DEPLOYED_BUCKETS
from stacks.identity import StackKind
from stacks.regions import KNOWN_REGIONS
from stacks.settings import FUNCTIONS, Environment
from tests.project import ROOT
from tests.rules.reading import as_list
from tests.synthesized import Json, Stack, read_stacks
from tests.unit.settings.factory import make_settings


def _statements(stack: Stack, role: str) -> dict[str, Json]:
    policies = [body for id_, body in stack.resources("aws_iam_policy").items() if id_.startswith(f"{role}_")]
    return {one["Sid"]: one for body in policies for one in json.loads(body["policy"])["Statement"]}


def test_any_number_of_regions_fits_and_a_new_one_changes_nothing_for_plans(tmp_path: Path) -> None:
    """All of AWS's regions. A pull request that adds one is planned with the role as it was before."""
    few, every = (_delivery_of(tmp_path / str(len(regions)), regions) for regions in (["us-east-1"], KNOWN_REGIONS))
    assert len(KNOWN_REGIONS) > 30
    for body in every.resources("aws_iam_policy").values():
        assert len(re.sub(r"\s", "", body["policy"])) <= 6144, body["name"]
    assert _statements(every, "plan") == _statements(few, "plan")
    assert _statements(every, "deploy") != _statements(few, "deploy")


def _delivery_of(outdir: Path, regions: Iterable[str]) -> Stack:
    settings = make_settings(
        project="abcdefghijkl", regions=sorted(regions), delivery={"repository": "example@1/tapstack@2"}
    )
    environment = Environment(name="integration", suffix="integration", settings=settings)
    synthesize([environment], outdir, root=ROOT)
    return read_stacks(outdir)["abcdefghijkl-integration-delivery"]


def _actions(stack: Stack, role: str) -> set[str]:
    found = (one["Action"] for one in _statements(stack, role).values())
    return {action for actions in found for action in as_list(actions)}


def _resources(stack: Stack, role: str, sid: str) -> list[str]:
    return as_list(_statements(stack, role)[sid]["Resource"])


@pytest.fixture
def delivery(every_stack: dict[str, Stack]) -> Stack:
    return every_stack["tap-delivered-delivery"]


def test_only_an_environment_with_delivery_has_the_stack(every_stack: dict[str, Stack]) -> None:
    found = {name for name, stack in every_stack.items() if stack.identity.kind is StackKind.DELIVERY}
    assert found == {"tap-delivered-delivery", "tap-edged-delivery", "zap-unusual-delivery"}


def test_the_provider_is_created_only_where_the_settings_ask_for_it(
    every_stack: dict[str, Stack], delivery: Stack
) -> None:
    assert delivery.arguments("aws_iam_openid_connect_provider", "github") == {
        "url": "https://token.actions.githubusercontent.com",
        "client_id_list": ["sts.amazonaws.com"],
    }
    assert every_stack["zap-unusual-delivery"].resources("aws_iam_openid_connect_provider") == {}


def test_permissions_follow_from_the_resources_in_the_stacks(every_stack: dict[str, Stack], delivery: Stack) -> None:
    edged = every_stack["tap-edged-delivery"]
    assert "route53:ChangeResourceRecordSets" not in _actions(delivery, "deploy")
    assert "route53:ChangeResourceRecordSets" in _actions(edged, "deploy")
    assert "route53:ChangeResourceRecordSets" not in _actions(edged, "plan")
    assert "budgets:ModifyBudget" not in _actions(every_stack["zap-unusual-delivery"], "deploy")
    assert "budgets:ViewBudget" in _actions(every_stack["zap-unusual-delivery"], "plan")
    assert "budgets:ViewBudget" not in _actions(delivery, "plan")


def test_neither_role_reads_the_value_of_a_secret(delivery: Stack) -> None:
    for role in ("plan", "deploy"):
        assert "secretsmanager:GetSecretValue" not in _actions(delivery, role)
        assert "secretsmanager:DescribeSecret" in _actions(delivery, role)


def test_both_roles_read_the_state_and_one_writes_it(delivery: Stack) -> None:
    bucket = "arn:aws:s3:::tap-state-delivered-us-east-1-111111111111"
    for role in ("plan", "deploy"):
        assert _resources(delivery, role, "ReadState") == [f"{bucket}/*"]
    assert "WriteState" not in _statements(delivery, "plan")
    assert _resources(delivery, "deploy", "WriteState") == [
        f"{bucket}/delivered/*-?.tfstate",
        f"{bucket}/delivered/*-?.tfstate.tflock",
    ]
    assert _resources(delivery, "deploy", "Unlock") == [f"{bucket}/delivered/*-?.tfstate.tflock"]


def test_only_with_previews_is_there_a_role_for_them(every_stack: dict[str, Stack], delivery: Stack) -> None:
    assert set(delivery.resources("aws_iam_role")) == {"plan", "deploy"}
    assert "preview_role_arn" not in delivery.json["output"]
    unusual = every_stack["zap-unusual-delivery"]
    assert set(unusual.resources("aws_iam_role")) == {"plan", "deploy", "preview"}
    assert unusual.json["output"]["preview_role_arn"]["value"] == "${aws_iam_role.preview.arn}"


@pytest.mark.parametrize(
    ("stack", "is_reached"),
    [
        ("pr4", True),
        ("pr42", True),
        ("pr987654", True),
        ("unusual", False),
        ("prod", False),
        ("preprod", False),
        ("pr", False),
        ("pr0", False),
    ],
)
def test_the_role_of_previews_reaches_nothing_but_previews(
    every_stack: dict[str, Stack], stack: str, is_reached: bool
) -> None:
    """Checked for every statement with names: no name of `prod` may match a pattern of previews."""
    unusual = every_stack["zap-unusual-delivery"]
    account, region = "444455556666", "eu-north-1"
    arns = {
        "Streams": f"arn:aws:kinesis:{region}:{account}:stream/zap-events-{stack}-{region}",
        "Secrets": f"arn:aws:secretsmanager:{region}:{account}:secret:zap-signing-{stack}-{region}-AbCdEf",
        "Tables": f"arn:aws:dynamodb:{region}:{account}:table/zap-ledger-{stack}-{region}",
        "Functions": f"arn:aws:lambda:{region}:{account}:function:zap-receiver-{stack}-{region}",
        "Buckets": f"arn:aws:s3:::zap-archive-{stack}-{region}-{account}",
        "Objects": f"arn:aws:s3:::zap-archive-{stack}-{region}-{account}/events/one",
        "Roles": f"arn:aws:iam::{account}:role/zap-receiver-{stack}-{region}",
        "PassRoles": f"arn:aws:iam::{account}:role/zap-receiver-{stack}-{region}",
        "Queues": f"arn:aws:sqs:{region}:{account}:zap-dead-letters-{stack}-{region}",
        "Topics": f"arn:aws:sns:{region}:{account}:zap-alerts-{stack}-{region}",
        "LogGroups": f"arn:aws:logs:{region}:{account}:log-group:/aws/lambda/zap-receiver-{stack}-{region}",
        "Alarms": f"arn:aws:cloudwatch:{region}:{account}:alarm:zap-receiver-errors-{stack}-{region}",
        "Dashboards": f"arn:aws:cloudwatch::{account}:dashboard/zap-overview-{stack}-{region}",
        "KeyAliases": f"arn:aws:kms:{region}:{account}:alias/zap-key-{stack}-{region}",
        "WriteState": f"arn:aws:s3:::zap-state-unusual-{region}-{account}/{stack}/zap-{stack}-{region}.tfstate",
        "ReadState": f"arn:aws:s3:::zap-state-unusual-{region}-{account}/{stack}/zap-{stack}-{region}.tfstate",
    }
    reached = {
        sid: any(fnmatchcase(arn, pattern) for pattern in _resources(unusual, "preview", sid))
        for sid, arn in arns.items()
    }
    assert reached == dict.fromkeys(arns, is_reached)
    tags = {
        tag.replace("$${aws:RequestedRegion}", region)
        for one in _statements(unusual, "preview").values()
        for keys in one.get("Condition", {}).values()
        for key, values in keys.items()
        if key.endswith("Tag/Stack") and values != "true"
        for tag in values
    }
    assert any(fnmatchcase(f"zap-{stack}-{region}", tag) for tag in tags) == is_reached


@pytest.mark.parametrize("kind", ["us-east-1", "edge"])
def test_a_deploy_reaches_every_bucket_role_and_state_of_what_it_deploys(
    every_stack: dict[str, Stack], kind: str
) -> None:
    stack, delivery = every_stack[f"tap-edged-{kind}"], every_stack["tap-edged-delivery"]
    wanted = {
        "Buckets": [f"arn:aws:s3:::{body['bucket']}" for body in stack.resources("aws_s3_bucket").values()],
        "PassRoles": [f"arn:aws:iam::111111111111:role/{b['name']}" for b in stack.resources("aws_iam_role").values()],
        "LogGroups": [
            f"arn:aws:logs:us-east-1:111111111111:log-group:{body['name']}"
            for body in stack.resources("aws_cloudwatch_log_group").values()
        ],
        "WriteState": [f"arn:aws:s3:::{(s := stack.json['terraform']['backend']['s3'])['bucket']}/{s['key']}"],
    }
    for sid, arns in wanted.items():
        patterns = _resources(delivery, "deploy", sid)
        assert all(any(fnmatchcase(arn, pattern) for pattern in patterns) for arn in arns), sid


def test_what_a_deploy_may_touch_is_what_pipelines_have(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-delivered-us-east-1"]
    buckets = {body["bucket"] for body in stack.resources("aws_s3_bucket").values()}
    assert buckets == {f"tap-{purpose}-delivered-us-east-1-111111111111" for purpose in DEPLOYED_BUCKETS}
    roles = {body["name"] for body in stack.resources("aws_iam_role").values()}
    assert roles == {f"tap-{name}-delivered-us-east-1" for name in (*FUNCTIONS, "hourly")}


def _limits(stack: Stack, id_: str) -> list[Json]:
    return [one for one in stack.policy("aws_iam_policy", id_).values() if one["Effect"] == "Allow"]


def test_the_boundary_has_the_actions_of_all_functions_under_any_settings_and_no_other(
    every_stack: dict[str, Stack], delivery: Stack
) -> None:
    """Otherwise a person would have to deploy it before a change of settings."""
    taken = {
        action
        for stack in every_stack.values()
        for id_ in stack.resources("aws_iam_role_policy")
        for one in stack.policy("aws_iam_role_policy", id_).values()
        for action in as_list(one["Action"])
    }
    limited = {action for one in _limits(delivery, "function-boundary") for action in as_list(one["Action"])}
    assert limited == taken


def _synthesized(tmp_path: Path, suffix: str, **delivery: object) -> dict[str, Stack]:
    settings = make_settings(
        api={"auth": "signature"},
        protection={"force_destroy": True, "deletion_protection": False, "secret_recovery_window_days": 0},
        delivery={"repository": "example@1/tapstack@2", **delivery},
    )
    synthesize([Environment(name="dev", suffix=suffix, settings=settings)], tmp_path, root=ROOT)
    return read_stacks(tmp_path)


@pytest.mark.parametrize(("suffix", "id_"), [("dev", "function-boundary"), ("pr42", "preview-function-boundary")])
def test_the_boundary_takes_nothing_from_the_functions_of_a_pipeline(tmp_path: Path, suffix: str, id_: str) -> None:
    found = _synthesized(tmp_path / "dev", "dev", previews=True)
    found_limits = _limits(found["tap-dev-delivery"], id_)
    [pipeline] = [
        stack
        for name, stack in _synthesized(tmp_path / suffix, suffix, previews=True).items()
        if name == f"tap-{suffix}-us-east-1"
    ]
    key = "arn:aws:kms:us-east-1:111111111111:key/0123"
    secret = f"arn:aws:secretsmanager:us-east-1:111111111111:secret:tap-signing-{suffix}-us-east-1-AbCdEf"
    for role, body in pipeline.resources("aws_iam_role").items():
        assert body["permissions_boundary"] == f"arn:aws:iam::111111111111:policy/tap-{id_}-dev-us-east-1", role
    for policy in pipeline.resources("aws_iam_role_policy"):
        for one in pipeline.policy("aws_iam_role_policy", policy).values():
            for action in as_list(one["Action"]):
                for resource in as_list(one["Resource"]):
                    arn = re.sub(r"\$\{aws_kms_key.*}", key, re.sub(r"\$\{aws_secretsmanager.*}", secret, resource))
                    service = one.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "")
                    assert any(_allows(limit, action, arn, service) for limit in found_limits), (action, arn, service)

    # Lambda decrypts variables with the role; nobody documents that it does so through a service.
    [variables] = [
        limit["Condition"]["ArnLike"]["kms:EncryptionContext:aws:lambda:FunctionArn"]
        for limit in found_limits
        if _allows(limit, "kms:Decrypt", key, "")
    ]
    for body in pipeline.resources("aws_lambda_function").values():
        function = f"arn:aws:lambda:us-east-1:111111111111:function:{body['function_name']}"
        assert any(fnmatchcase(function, pattern) for pattern in as_list(variables)), function


def _allows(limit: Json, action: str, arn: str, service: str) -> bool:
    services = limit.get("Condition", {}).get("StringLike", {}).get("kms:ViaService", ["*"])
    return (
        action in as_list(limit["Action"])
        and any(fnmatchcase(arn, pattern) for pattern in as_list(limit["Resource"]))
        and any(fnmatchcase(service, pattern) for pattern in services)
    )


@pytest.mark.parametrize(("suffix", "previews"), [("alice", True), ("pr42", False)])
def test_what_only_people_deploy_has_no_boundary(tmp_path: Path, suffix: str, previews: bool) -> None:
    pipeline = _synthesized(tmp_path, suffix, previews=previews)[f"tap-{suffix}-us-east-1"]
    assert not [body for body in pipeline.resources("aws_iam_role").values() if "permissions_boundary" in body]


def test_a_bucket_whose_name_was_too_long_is_reached(tmp_path: Path) -> None:
    settings = make_settings(
        project="abcdefghijkl",
        regions=["ap-southeast-1"],
        state={"region": "ap-southeast-1"},
        delivery={"repository": "example@1/tapstack@2"},
    )
    synthesize([Environment(name="integration", suffix="integration", settings=settings)], tmp_path, root=ROOT)
    stacks = read_stacks(tmp_path)
    delivery = stacks["abcdefghijkl-integration-delivery"]

    def names(end: str) -> set[str]:
        buckets = stacks[f"abcdefghijkl-integration-{end}"].resources("aws_s3_bucket")
        return {f"arn:aws:s3:::{body['bucket']}" for body in buckets.values()}

    pipeline, state = names("ap-southeast-1"), names("state")
    assert [name for name in pipeline if not name.endswith(settings.account_id)]
    for role, reached in (("plan", pipeline | state), ("deploy", pipeline)):
        patterns = _resources(delivery, role, "Buckets")
        assert {name for name in pipeline | state if any(fnmatchcase(name, one) for one in patterns)} == reached


def test_policies_fit_what_iam_takes(every_stack: dict[str, Stack]) -> None:
    for stack in every_stack.values():
        for body in stack.resources("aws_iam_policy").values():
            assert len(re.sub(r"\s", "", body["policy"])) <= 6144


@pytest.mark.parametrize(("suffix", "role"), [("dev", "deploy"), ("pr42", "preview")])
def test_a_key_is_open_at_once_to_the_role_that_makes_it(tmp_path: Path, suffix: str, role: str) -> None:
    """KMS takes minutes to recognize it by its tags. The key lets the role do the same with itself, and no more."""
    stacks = {
        **_synthesized(tmp_path / "dev", "dev", previews=True),
        **_synthesized(tmp_path / "x", suffix, previews=True),
    }
    pipeline, own = stacks[f"tap-{suffix}-us-east-1"], _statements(stacks["tap-dev-delivery"], role)
    for key in pipeline.resources("aws_kms_key"):
        found = pipeline.policy("aws_kms_key", key)
        for scope in ("Keys", "GrantKeys", "UseKeys"):
            one = found[f"Deploy{scope}"]
            assert set(as_list(one["Action"])) >= set(as_list(own[scope]["Action"]))
            arn = f"arn:aws:iam::111111111111:role/tap-{role}-dev-us-east-1"
            assert one["Condition"]["ArnEquals"] == {"aws:PrincipalArn": arn}
            assert one["Condition"]["StringEquals"] == {"kms:CallerAccount": "111111111111"}
        services = found["DeployUseKeys"]["Condition"]["StringLike"]["kms:ViaService"]
        patterns = own["UseKeys"]["Condition"]["StringLike"]["kms:ViaService"]
        assert services == patterns


@pytest.mark.parametrize(("suffix", "previews"), [("alice", True), ("pr42", False)])
def test_a_key_that_only_people_make_is_open_to_no_role(tmp_path: Path, suffix: str, previews: bool) -> None:
    pipeline = _synthesized(tmp_path, suffix, previews=previews)[f"tap-{suffix}-us-east-1"]
    for key in pipeline.resources("aws_kms_key"):
        assert not [sid for sid in pipeline.policy("aws_kms_key", key) if sid.startswith("Deploy")]
