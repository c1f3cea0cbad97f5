"""The roles of GitHub Actions are enough for what workflows do with them, and for nothing else, with IAM enforced.

The emulator knows which role asks, and holds its policies against names, tags and regions. What it doesn't hold against
anything is in `_ANYWHERE`, and in docs/emulator.md.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from modules.delivery.permissions import TESTS
from stacks.delivery.delivery_settings import DeliverySettings
from stacks.settings import Environment
from tests.e2e.planning import planned
from tests.e2e.suites import run_integration_tests
from tests.integration.account import ACCOUNT_ID, PIPELINE_STACK, REGION, Account, Provider, new_account
from tests.rules.reading import as_list
from tests.synthesized import Json
from tools.delivery.states import left_behind, left_over
from tools.terraform import Terraform

pytestmark = pytest.mark.e2e

_PREVIEW = "tap-pr7-us-east-1"
# Of these calls the emulator knows no resource, or not what their condition is about, and refuses them for that.
_ANYWHERE = {
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DeleteDashboards",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:PutDashboard",
    "cloudwatch:TagResource",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
    "lambda:CreateEventSourceMapping",
    "lambda:CreateFunction",
    "sns:ListTagsForResource",
    "sns:TagResource",
}
# What a provider may do otherwise than the newest one for AWS: read the secret (until 6.25) and look for the mapping;
# and tag a key when it is made already, which a role bound to tags can't.
_OTHERWISE = {"lambda:ListEventSourceMappings", "secretsmanager:GetSecretValue"}
_KEYS = "kms:*"
# What it reads in a token. The rules of roles hold the others (tests/rules/delivery/trust.py).
_CLAIMS = {"aud", "sub"}
_REPOSITORY = "example@1/tapstack@2"
# Operations whose action is called otherwise, of those that the tests call (Service Authorization Reference).
_ACTIONS = {"s3:HeadObject": "s3:GetObject"}


@pytest.fixture(scope="module")
def delivered(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account in which IAM is enforced, with a state bucket and the roles of `local`, and a pull request's copy."""
    with new_account(tmp_path_factory.mktemp("delivered"), provider, enforce_iam=True) as account:
        account.bootstrap()
        account.synthesize([_local(account), replace(_local(account), suffix="pr7")])
        terraform = account.terraform("tap-local-delivery")
        terraform.init()
        terraform.apply()
        for role in _SUBJECTS:
            _allow_anywhere(account, role)
        yield account


def _allow_anywhere(account: Account, role: str) -> None:
    """Lets the role do what it may do, and whoever takes it say less, where the emulator can't tell."""
    iam, name = account.client("iam"), f"tap-{role}-local-{REGION}"
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    for keys in trust["Statement"][0]["Condition"].values():
        for key in [key for key in keys if key.rpartition(":")[2] not in _CLAIMS]:
            del keys[key]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    keys = {_KEYS} if role != "plan" else set()
    actions = sorted(_ANYWHERE & _actions(account, role) | _OTHERWISE | keys)
    statements: list[Json] = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
    # It has no key iam:PermissionsBoundary, but it holds roles to their boundaries.
    statements += [one | {"Condition": {}} for one in _statements(account, role) if one["Sid"] == "BoundRoles"]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="anywhere", PolicyDocument=document)


def _actions(account: Account, role: str) -> set[str]:
    """What the stack of delivery gives the role."""
    return {action for one in _statements(account, role) for action in as_list(one["Action"])}


def _statements(account: Account, role: str) -> list[Json]:
    policies = json.loads((account.folder / "stacks/tap-local-delivery/cdk.tf.json").read_text())["resource"][
        "aws_iam_policy"
    ]
    own = [json.loads(body["policy"]) for id_, body in policies.items() if id_.startswith(f"{role}_")]
    return [one for document in own for one in document["Statement"]]


def _local(account: Account) -> Environment:
    delivery = DeliverySettings(repository=_REPOSITORY, previews=True)
    settings = account.settings.model_copy(update={"delivery": delivery})
    return Environment(name="local", suffix="local", settings=settings)


# Who takes which role: the ends of the subjects of GitHub's tokens (GitHub documentation, "OpenID Connect reference").
_SUBJECTS = {"plan": "pull_request", "deploy": "environment:local", "preview": "environment:preview"}


def _token(subject: str) -> str:
    """GitHub's token for a run; the emulator reads what it says, and doesn't ask for the signature."""
    claims = {"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com", "sub": subject}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return f"{'.'.join(parts)}.signature"


def _taken(account: Account, role: str, subject: str | None = None) -> Mapping[str, Any]:
    """The credentials of a workflow that takes the role."""
    found: Mapping[str, Any] = account.client("sts").assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/tap-{role}-local-{REGION}",
        RoleSessionName="workflow",
        WebIdentityToken=_token(subject or f"repo:{_REPOSITORY}:{_SUBJECTS[role]}"),
    )["Credentials"]
    return found


def _credentials(account: Account, role: str) -> dict[str, str]:
    """What a workflow has in its environment when it has taken the role."""
    found = _taken(account, role)
    return {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }


def _as(account: Account, role: str, stack: str) -> Terraform:
    """Terraform in the stack's folder with the role, for the state as well."""
    terraform = account.terraform(stack, person=role)
    file = terraform.folder / "cdk.tf.json"
    body = json.loads(file.read_text())
    for place in (*body["provider"]["aws"], body["terraform"]["backend"]["s3"]):
        place.pop("access_key", None)
        place.pop("secret_key", None)
    file.write_text(json.dumps(body))
    return replace(terraform, environ={**terraform.environ, **_credentials(account, role)})


def _client(account: Account, role: str, service: str = "s3") -> Any:
    return _client_with(account, service, _taken(account, role))


def _client_with(account: Account, service: str, found: Mapping[str, Any]) -> Any:
    return boto3.client(  # type: ignore[call-overload]  # wants a literal
        service,
        region_name=REGION,
        endpoint_url=account.url,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


def test_what_the_emulator_can_not_tell_is_allowed_by_name(delivered: Account) -> None:
    for role in ("deploy", "preview"):
        assert _actions(delivered, role) >= _ANYWHERE


@pytest.mark.parametrize("role", _SUBJECTS)
@pytest.mark.parametrize(
    "subject",
    [
        f"repo:{_REPOSITORY}:ref:refs/heads/other",
        f"repo:{_REPOSITORY}:environment:prod",
        f"repo:{_REPOSITORY}:ref:refs/heads/gh-readonly-queue/other/pr-7-0123456789abcdef",
        "repo:example@1/tapstack@3:pull_request",
        "repo:example/tapstack:pull_request",
        "repo:somebody@1/tapstack@2:environment:local",
        "repo:example@1/tapstack@22:environment:preview",
    ],
)
def test_nobody_else_takes_a_role(delivered: Account, role: str, subject: str) -> None:
    with pytest.raises(ClientError, match="Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        _taken(delivered, role, subject)


@pytest.mark.parametrize("branch", ["main", "gh-readonly-queue/main/pr-7-0123456789abcdef"])
def test_runs_of_the_branch_and_of_its_queue_take_the_role_of_plans(delivered: Account, branch: str) -> None:
    assert _taken(delivered, "plan", f"repo:{_REPOSITORY}:ref:refs/heads/{branch}")


def test_the_role_of_plans_plans_what_is_not_there_yet_and_makes_nothing(delivered: Account) -> None:
    terraform = _as(delivered, "plan", PIPELINE_STACK)
    terraform.init()
    terraform.succeed("plan", "-input=false", "-lock=false")
    refused = terraform.run("apply", "-input=false", "-no-color", "-auto-approve", "-lock=false")
    assert refused.returncode != 0
    assert "Failed to save state" in refused.stderr
    assert "Creation complete" not in refused.stdout


def test_the_role_of_deploys_makes_and_destroys_a_pipeline_and_that_of_plans_sees_all_of_it(delivered: Account) -> None:
    deploy = _as(delivered, "deploy", PIPELINE_STACK)
    deploy.init()
    deploy.apply()
    try:
        plan = _as(delivered, "plan", PIPELINE_STACK)
        plan.init()
        assert planned(plan, "-lock=false") == {}
        assert left_behind(_local(delivered), [], _client(delivered, "plan")) == [
            "tap-local-delivery",
            "tap-local-state",
            PIPELINE_STACK,
        ]
    finally:
        deploy.destroy()


def test_the_role_of_previews_makes_tests_and_destroys_one(delivered: Account, tmp_path: Path) -> None:
    preview = _as(delivered, "preview", _PREVIEW)
    preview.init()
    preview.apply()
    try:
        assert left_over(_local(delivered), _client(delivered, "preview")) == ["pr7"]
        outputs, called = tmp_path / "outputs.json", tmp_path / "called.txt"
        outputs.write_text(preview.succeed("output", "-json"))
        printed = run_integration_tests(
            {**preview.environ, "AWS_ENDPOINT_URL": delivered.url, "CALLED": str(called)},
            "-p",
            "tests.e2e.as_role",
            f"--outputs={outputs}",
            "--environment=local",
            # In AWS these are skipped: they would wake people, or leave events in the archive.
            "--deselect=tests/integration/test_alerts.py",
            "--deselect=tests/integration/test_compaction.py",
        )
        assert " passed" in printed
        made = {_ACTIONS.get(name, name) for name in called.read_text().split()}
        # Access logs are looked for in AWS only.
        assert {action for one in TESTS for action in one.plan + one.deploy} - made == {"logs:FilterLogEvents"}
    finally:
        preview.destroy()
    assert left_over(_local(delivered), _client(delivered, "preview")) == []


# A change of something with this name, by service; none of them is there.
_CHANGES: dict[str, Callable[[Any, str], object]] = {
    "dynamodb": lambda client, end: client.delete_table(TableName=f"tap-ledger-{end}"),
    "iam": lambda client, end: client.delete_role_policy(RoleName=f"tap-receiver-{end}", PolicyName="grants"),
    "kinesis": lambda client, end: client.delete_stream(StreamName=f"tap-events-{end}"),
    "lambda": lambda client, end: client.delete_function(FunctionName=f"tap-receiver-{end}"),
    "logs": lambda client, end: client.delete_log_group(logGroupName=f"/aws/lambda/tap-receiver-{end}"),
    "s3": lambda client, end: client.delete_bucket(Bucket=f"tap-archive-{end}-{ACCOUNT_ID}"),
    "sns": lambda client, end: client.delete_topic(TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:tap-alerts-{end}"),
}


@pytest.mark.parametrize("service", _CHANGES)
@pytest.mark.parametrize(
    ("role", "suffix", "is_reached"),
    [
        ("preview", "pr8", True),
        ("preview", "local", False),
        ("preview", "prod", False),
        ("deploy", "local", True),
        ("deploy", "pr8", False),
        ("deploy", "prod", False),
    ],
)
def test_a_role_changes_what_is_called_after_its_environment_and_nothing_else(
    delivered: Account, role: str, suffix: str, is_reached: bool, service: str
) -> None:
    client = _client(delivered, role, service)
    assert _is_let(lambda: _CHANGES[service](client, f"{suffix}-{REGION}")) == is_reached


def _is_let(call: Callable[[], object]) -> bool:
    """Whether IAM lets the call through, wherever it ends then: what it is about isn't there."""
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "Authoriz" not in code and "AccessDenied" not in code
    return True


def _function_with_everything(account: Account, suffix: str, boundary: str) -> Callable[[str], Any]:
    """Clients by service for the role of a function of that environment, whose policy allows everything."""
    iam, name = account.client("iam"), f"tap-receiver-{suffix}-made"
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        PermissionsBoundary=f"arn:aws:iam::{ACCOUNT_ID}:policy/tap-{boundary}-local-{REGION}",
    )["Role"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="grants", PolicyDocument=json.dumps(everything))
    taken = account.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="function")["Credentials"]
    return lambda service: _client_with(account, service, taken)


# What functions do, if the names are those of their environment.
_WORK: dict[str, tuple[str, Callable[[Any, str], object]]] = {
    "send events": (
        "kinesis",
        lambda client, suffix: client.put_records(
            StreamName=f"tap-events-{suffix}-{REGION}", Records=[{"Data": b"{}", "PartitionKey": "a"}]
        ),
    ),
    "read events": ("s3", lambda client, suffix: client.get_object(Bucket=_archive(suffix), Key="a")),
    "store events": ("s3", lambda client, suffix: client.put_object(Bucket=_archive(suffix), Key="a", Body=b"")),
    # Versioned: they can be restored.
    "remove objects": ("s3", lambda client, suffix: client.delete_object(Bucket=_archive(suffix), Key="a")),
    "claim events": (
        "dynamodb",
        lambda client, suffix: client.put_item(TableName=f"tap-ledger-{suffix}-{REGION}", Item={"id": {"S": "a"}}),
    ),
}
# What they never do.
_HARM: dict[str, tuple[str, Callable[[Any, str], object]]] = {
    "read the state": ("s3", lambda client, _: client.list_objects_v2(Bucket=f"tap-state-local-{REGION}-{ACCOUNT_ID}")),
    "delete events for good": (
        "s3",
        lambda client, suffix: client.delete_object(Bucket=_archive(suffix), Key="a", VersionId="null"),
    ),
    "delete the stream": (
        "kinesis",
        lambda client, suffix: client.delete_stream(StreamName=f"tap-events-{suffix}-{REGION}"),
    ),
    "make a user": ("iam", lambda client, _: client.create_user(UserName="somebody")),
    "lose the boundary": (
        "iam",
        lambda client, suffix: client.delete_role_permissions_boundary(RoleName=f"tap-receiver-{suffix}-made"),
    ),
}


def _archive(suffix: str) -> str:
    """A bucket of no deployed region: without one the emulator doesn't ask IAM about an object."""
    return f"tap-archive-{suffix}-made-{ACCOUNT_ID}"


@pytest.mark.parametrize(
    ("suffix", "boundary", "other"),
    [("local", "function-boundary", "prod"), ("pr8", "preview-function-boundary", "local")],
)
def test_a_function_whose_policy_allows_everything_does_what_functions_do_and_nothing_else(
    delivered: Account, suffix: str, boundary: str, other: str
) -> None:
    for each in (suffix, other):
        delivered.client("s3").create_bucket(Bucket=_archive(each))
    client = _function_with_everything(delivered, suffix, boundary)

    def let(tried: dict[str, tuple[str, Callable[[Any, str], object]]], of: str) -> set[str]:
        return {what for what, (service, call) in tried.items() if _is_let(partial(call, client(service), of))}

    assert let(_WORK, suffix) == set(_WORK)
    assert let(_WORK, other) == set()
    assert let(_HARM, suffix) == set()


def test_the_role_of_previews_does_not_read_the_state_of_what_they_are_copies_of(delivered: Account) -> None:
    done = _as(delivered, "preview", PIPELINE_STACK).run("init", "-input=false")
    assert done.returncode != 0
    assert "Forbidden" in done.stderr or "AccessDenied" in done.stderr
