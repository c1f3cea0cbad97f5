"""Rules on keys and secrets (KMS.*, SecretsManager.*)."""

import json
import re
from collections.abc import Sequence

from modules.delivery.permissions import PERMISSIONS
from tests.rules.mutations import Mutation, add, drop, put, remove, statement
from tests.rules.reading import Resource, as_list, each, everything, is_our_key, parts, refers_to, statements
from tests.rules.registry import Case, Check, Checks, rule, rule_over_all
from tests.synthesized import Json

_KEY = "aws_kms_key"
# What the role may do with keys that have the tag of the stack.
_BY_TAGS = {
    action
    for permissions in PERMISSIONS.values()
    for one in permissions
    if one.scope in ("Keys", "GrantKeys", "UseKeys")
    for action in one.plan + one.deploy
}
_USES = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}
_SECRET = "aws_secretsmanager_secret"
_VERSION = "aws_secretsmanager_secret_version"
_EPHEMERAL = re.compile(r"\$\{ephemeral\.aws_secretsmanager_random_password\.[\w-]+\.random_password\}")


@rule(
    "KMS.4, CIS 4.6",
    broken_by=[put(_KEY, "enable_key_rotation", False), put(_KEY, "is_enabled", False), remove("aws_kms_alias")],
)
def keys_are_rotated(case: Case) -> Checks:
    """Every key is enabled, rotates, and has an alias."""
    for key in each(case.stack, _KEY):
        holds = key.body.get("enable_key_rotation") is True and key.body.get("is_enabled", True) is True
        yield Check(key.address, holds, "is disabled or does not rotate")
        aliases = parts(case.stack, "aws_kms_alias", key, "target_key_id")
        yield Check(key.address, len(aliases) == 1, f"has {len(aliases)} aliases")


@rule(
    "KMS.5",
    broken_by=[
        drop(_KEY, "policy"),
        statement(_KEY, "AccountAdministersByIam", Principal="*"),
        statement(_KEY, "AccountAdministersByIam", Principal={"AWS": "*"}),
        statement(_KEY, "AccountAdministersByIam", Principal={"AWS": "arn:aws:iam::999999999999:root"}),
        put(_KEY, "bypass_policy_lockout_safety_check", True),
        statement(_KEY, "DeployKeys", Condition=None),
        statement(_KEY, "DeployKeys", Condition={"StringEquals": {"kms:CallerAccount": "111111111111"}}),
        statement(
            _KEY, "DeployKeys", Condition={"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/a"}}
        ),
        statement(
            _KEY, "DeployKeys", Principal={"AWS": "arn:aws:iam::111111111111:role/tap-deploy-delivered-us-east-1"}
        ),
    ],
)
def keys_belong_to_the_account(case: Case) -> Checks:
    """Every key's policy names this account, services and the one role that deploys, nobody else."""
    root = f"arn:aws:iam::{case.settings.account_id}:root"
    for key in each(case.stack, _KEY):
        found = statements(key.body.get("policy", '{"Statement": []}'))
        principals = [one["Principal"] for one in found if not is_the_deployer(case, one)]
        yield Check(key.address, {"AWS": root} in principals, "does not let the account administer it")
        holds = all(one == {"AWS": root} or (isinstance(one, dict) and list(one) == ["Service"]) for one in principals)
        yield Check(key.address, holds, f"principals are {principals}")
        yield Check(key.address, "bypass_policy_lockout_safety_check" not in key.body, "may lock everybody out")


def is_the_deployer(case: Case, one: Json) -> bool:
    """Everybody, under conditions that only one role of the account meets."""
    names = (case.settings.account_id, case.settings.project, case.environment.name, case.settings.state.region)
    held = {
        "ArnEquals aws:PrincipalArn": "arn:aws:iam::{}:role/{}-deploy-{}-{}".format(*names),
        "StringEquals kms:CallerAccount": case.settings.account_id,
    }
    return bool(one["Principal"] == {"AWS": "*"} and held.items() <= one["Condition"].items())


@rule(
    "delivery",
    broken_by=[
        statement(_KEY, "DeployKeys", Effect="Deny"),
        statement(_KEY, "DeployKeys", Action=["kms:DescribeKey"]),
        statement(_KEY, "DeployKeys", Action=["kms:Decrypt"]),
        statement(_KEY, "DeployUseKeys", Condition=None),
        statement(
            _KEY,
            "DeployUseKeys",
            Condition={
                "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/tap-deploy-delivered-us-east-1"},
                "StringEquals": {"kms:CallerAccount": "111111111111"},
                "StringLike": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"},
            },
        ),
        statement(_KEY, "DeployGrantKeys", Sid="Other", Action=["kms:RetireGrant"]),
    ],
)
def a_key_is_open_to_the_role_that_deploys_it_before_its_tags_are_known(case: Case) -> Checks:
    """By its own policy, where workflows deploy; to use it through services only. KMS takes minutes for tags."""
    deployed = case.settings.delivery is not None and not case.stack.identity.is_deployed_by_hand
    for key in each(case.stack, _KEY):
        found = [one for one in statements(key.body["policy"]) if is_the_deployer(case, one)]
        allowed = {action: one for one in found if one["Effect"] == "Allow" for action in one["Action"]}
        wanted = _BY_TAGS if deployed else set()
        yield Check(key.address, set(allowed) == wanted, f"lets the role that deploys do {sorted(allowed)}")
        for action in _USES & set(allowed):
            through = "StringLike kms:ViaService" in allowed[action]["Condition"]
            yield Check(key.address, through, f"lets the role {action} without a service")
            services = as_list(allowed[action]["Condition"].get("StringLike kms:ViaService"))
            anywhere = "secretsmanager.*.amazonaws.com" in services
            yield Check(key.address, anywhere, f"lets no other region's secret {action} for its replica")


@rule("KMS.3, destroy", broken_by=[put(_KEY, "deletion_window_in_days", 8), drop(_KEY, "deletion_window_in_days")])
def keys_can_be_saved(case: Case) -> Checks:
    """A deleted key waits as long as the settings say, and 30 days in production."""
    wanted = case.settings.protection.kms_deletion_window_days
    for key in each(case.stack, _KEY):
        days = key.body.get("deletion_window_in_days")
        holds = days == wanted and (days == 30 or not case.settings.production)
        yield Check(key.address, holds, f"deletion window is {days} days")


@rule(
    "SecretsManager.3, CKV_AWS_149, terraform-provider-aws#4467",
    broken_by=[
        drop(_SECRET, "kms_key_id"),
        put(_SECRET, "kms_key_id", "alias/aws/secretsmanager"),
        put(_SECRET, "recovery_window_in_days", 7),
        drop(_SECRET, "recovery_window_in_days"),
        put(_SECRET, "policy", json.dumps({"Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*"}]})),
    ],
)
def secrets_have_our_key_and_a_window(case: Case) -> Checks:
    """Every secret has our key and the settings' recovery window, which is 30 days in production."""
    wanted = case.settings.protection.secret_recovery_window_days
    for secret in each(case.stack, _SECRET):
        yield Check(
            secret.address, is_our_key(case.stack, secret.body.get("kms_key_id")), "is not under the stack's key"
        )
        days = secret.body.get("recovery_window_in_days")
        holds = days == wanted and (days == 30 or not case.settings.production)
        yield Check(secret.address, holds, f"recovery window is {days} days")
        yield Check(secret.address, "policy" not in secret.body, "lets others in by a policy of its own")


@rule_over_all(
    "SecretsManager, one name for all regions",
    broken_by=[
        drop(_SECRET, "replica"),
        put(_SECRET, "replica.0.region", "sa-east-1"),
        put(_SECRET, "replica.0.kms_key_id", "alias/tap-pipeline-other-eu-west-1"),
        drop(_SECRET, "replica.0.kms_key_id"),
    ],
)
def a_secret_of_all_regions_has_replicas(cases: Sequence[Case]) -> Checks:
    """The stack that owns it copies it to every other region, under the key of the stack there; no other secret is."""
    aliases = {
        (case.region, alias.body["name"])
        for case in cases
        for alias in each(case.stack, "aws_kms_alias")
        if refers_to(alias.body["target_key_id"], Resource("aws_kms_key", "key", {}))
    }
    for case in cases:
        for secret in each(case.stack, _SECRET):
            shared = case.environment.signing_region == case.region
            wanted = set(case.settings.regions) - {case.region} if shared else set()
            replicas = secret.body.get("replica", [])
            got = {one["region"] for one in replicas}
            yield Check(secret.address, got == wanted, f"has replicas in {sorted(got)}, not in {sorted(wanted)}")
            keys = [(one["region"], one.get("kms_key_id")) for one in replicas]
            yield Check(secret.address, set(keys) <= aliases, f"has replicas under {keys}, keys of no stack")


def _random_in_state(stack: Json) -> None:
    stack.setdefault("ephemeral", {}).clear()


@rule(
    "least privilege, terraform-provider-aws#11595",
    broken_by=[
        put(_VERSION, "secret_string", "hunter2"),
        put(_VERSION, "secret_string_wo", "hunter2"),
        put(_VERSION, "secret_string_wo", "${random_password.signing.result}"),
        drop(_VERSION, "secret_string_wo_version"),
        add("random_password", length=48),
        add("aws_ssm_parameter", type="SecureString", value="hunter2"),
        Mutation("no ephemeral block", _random_in_state),
    ],
)
def a_secret_is_in_no_state(case: Case) -> Checks:
    """A secret's value comes from an ephemeral block by a write-only argument, and nothing else makes or holds one."""
    for version in each(case.stack, _VERSION):
        value = str(version.body.get("secret_string_wo"))
        made = _EPHEMERAL.fullmatch(value) is not None and value.split(".")[2] in _passwords(case)
        yield Check(version.address, made, f"secret_string_wo is {value}")
        numbered = isinstance(version.body.get("secret_string_wo_version"), int)
        yield Check(version.address, numbered, "has no version, so that it would be written once and never again")
    for one in everything(case.stack):
        literal = {"secret_string", "secret_binary", "master_password", "private_key", "password"} & set(one.body)
        keeps = one.type in ("random_password", "tls_private_key", "aws_ssm_parameter", "aws_iam_access_key")
        yield Check(one.address, not literal and not keeps, "keeps a secret in the state")


def _passwords(case: Case) -> set[str]:
    return set(case.stack.json.get("ephemeral", {}).get("aws_secretsmanager_random_password", {}))
