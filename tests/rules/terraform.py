"""Rules on what Terraform itself is told: provider, tags, versions, state."""

import re

from stacks.provider_lock import LOCK_FILE, PROVIDERS, locked_version
from tests.rules.mutations import Mutation, put, top, without
from tests.rules.reading import everything, strings
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json

_LOCKED = locked_version(PROVIDERS / "terraform" / LOCK_FILE)
_TAGS = "provider/aws/0/default_tags/0/tags"
_BACKEND = "terraform/backend/s3"
# A time stamp, a commit, or anything that Terraform computes, would change every resource at every deploy.
_VOLATILE = re.compile(r"\$\{|\d{4}-\d\d-\d\d|\b\d{10}\b|\b[0-9a-f]{40}\b")


@rule(
    "provider default_tags, least privilege",
    broken_by=[
        *(
            without(f"{_TAGS}/{name}")
            for name in ("Project", "Environment", "Region", "Stack", "Owner", "CostCenter", "Repository", "ManagedBy")
        ),
        top(f"{_TAGS}/Owner", ""),
        top(f"{_TAGS}/Commit", "0123456789abcdef0123456789abcdef01234567"),
        top(f"{_TAGS}/Owner", "deployed 2026-11-23"),
        top(f"{_TAGS}/Owner", "${timestamp()}"),
        top(f"{_TAGS}/Stack", "tap-other"),
        put("aws_s3_bucket", "tags", {"Owner": "somebody else"}),
        put("aws_acm_certificate", "tags", {"Region": "us-west-2"}),
        put("aws_kinesis_stream", "tags", {"Time": "${timestamp()}"}),
    ],
)
def everything_is_tagged(case: Case) -> Checks:
    """The provider tags everything as the settings say; a resource says another region only where it is in it."""
    settings = case.settings
    wanted = {
        "Project": settings.project,
        "Environment": case.environment.suffix,
        "Region": case.region,
        "Stack": case.stack.name,
        "Owner": settings.owner,
        "CostCenter": settings.cost_centre,
        "Repository": settings.repository,
        "ManagedBy": "cdktf",
    }
    for provider in case.stack.json["provider"]["aws"]:
        tags = provider["default_tags"][0]["tags"]
        yield Check("provider.aws", tags == wanted and all(tags.values()), f"default_tags are {tags}")
        volatile = [value for value in tags.values() if _VOLATILE.search(value)]
        yield Check("provider.aws", not volatile, f"tags change by themselves: {volatile}")
    for one in everything(case.stack):
        own = one.body.get("tags", {})
        elsewhere = "region" in one.body and own.get("Region") == one.body["region"]
        overridden = set(own) & set(wanted) - ({"Region"} if elsewhere else set())
        yield Check(one.address, not overridden, f"overrides the provider's tags: {sorted(overridden)}")
        yield Check(one.address, not any(_VOLATILE.search(value) for value in own.values()), "has tags that change")


@rule(
    "multi-region, one provider",
    broken_by=[
        Mutation("a second provider", lambda stack: stack["provider"]["aws"].append({})),
        top("provider/random", [{}]),
        top("provider/aws/0/alias", "other"),
        top("provider/aws/0/region", "${var.region}"),
        without("provider/aws/0/allowed_account_ids"),
        top("provider/aws/0/secret_key", "x"),
        top("provider/aws/0/profile", "mine"),
        top("provider/aws/0/endpoints", [{"s3": "http://127.0.0.1:4566"}]),
        top("provider/aws/0/endpoints/0/s3", "http://elsewhere.example.com"),
    ],
)
def one_provider_works_in_one_account(case: Case) -> Checks:
    """A stack has one provider, of its region, for its account only; only an emulator has keys and endpoints."""
    providers, settings = case.stack.json["provider"], case.settings
    arguments = set(providers["aws"][0])
    yield Check("provider", list(providers) == ["aws"] and len(providers["aws"]) == 1, f"providers are {providers}")
    regions = {settings.state.region, *settings.regions}
    yield Check("provider.aws", case.region in regions, f"region is {case.region}, the settings have {sorted(regions)}")
    accounts = providers["aws"][0].get("allowed_account_ids")
    yield Check("provider.aws", accounts == [settings.account_id], f"works in the accounts {accounts}")
    if settings.emulator is None:
        wanted = {"region", "default_tags", "allowed_account_ids"}
        yield Check("provider.aws", arguments == wanted, f"arguments are {sorted(arguments)}")
    else:
        endpoints = providers["aws"][0].get("endpoints", [{}])[0]
        own = all(url == settings.emulator.endpoint_url for url in endpoints.values())
        yield Check("provider.aws", bool(endpoints) and own, f"endpoints are {endpoints}")


@rule(
    "terraform-cdk#3834, provider source",
    broken_by=[
        without("terraform/required_version"),
        top("terraform/required_version", ">= 1.5"),
        top("terraform/required_providers/aws/source", "aws"),
        top("terraform/required_providers/aws/version", ">= 5"),
        top("terraform/required_providers/aws/version", "~> 6.50"),
        top("terraform/required_providers/aws/version", "6.25.0"),
        top("terraform/required_providers/random", {"source": "hashicorp/random"}),
    ],
)
def versions_are_named(case: Case) -> Checks:
    """Terraform is 1.11 or later, for S3 locks and write-only arguments; the one provider is qualified and locked."""
    terraform = case.stack.json["terraform"]
    version, providers = str(terraform.get("required_version")), terraform["required_providers"]
    yield Check("terraform.required_version", version == ">= 1.11.0, < 2.0.0", f"is {version}")
    wanted = {"aws": {"source": "hashicorp/aws", "version": "~> 6.25" if case.settings.emulator else _LOCKED}}
    yield Check("terraform.required_providers", providers == wanted, f"are {providers}")


@rule(
    "state, remote state, terraform-cdk#3834",
    broken_by=[
        without(f"{_BACKEND}/use_lockfile"),
        top(f"{_BACKEND}/use_lockfile", False),
        without(f"{_BACKEND}/encrypt"),
        without(f"{_BACKEND}/kms_key_id"),
        top(f"{_BACKEND}/dynamodb_table", "locks"),
        top(f"{_BACKEND}/key", "terraform.tfstate"),
        top(f"{_BACKEND}/bucket", "tap-state"),
        top("terraform/backend", {"local": {"path": "terraform.tfstate"}}),
        top("data", {"terraform_remote_state": {"x": {"config": {"dynamodb_table": "locks"}}}}),
        without(f"{_BACKEND}/allowed_account_ids"),
    ],
)
def state_is_remote_encrypted_and_locked(case: Case) -> Checks:
    """State is in the environment's bucket, encrypted with its key, locked by S3 itself, under the stack's name."""
    backend = case.stack.json["terraform"]["backend"]
    state, settings = backend.get("s3", {}), case.settings
    suffix, where = case.environment.name, settings.state.region
    wanted = {
        "bucket": f"{settings.project}-state-{suffix}-{where}-{settings.account_id}",
        "key": f"{case.environment.suffix}/{case.stack.name}.tfstate",
        "region": where,
        "encrypt": True,
        "kms_key_id": f"arn:aws:kms:{where}:{settings.account_id}:alias/{settings.project}-state-{suffix}-{where}",
        "use_lockfile": True,
        "allowed_account_ids": [settings.account_id],
    }
    differs = {name: state.get(name) for name, value in wanted.items() if state.get(name) != value}
    yield Check("terraform.backend", list(backend) == ["s3"] and not differs, f"{list(backend)} differs in {differs}")
    tables = [path for path, text in strings(case.stack.json) if text == "dynamodb_table"]
    yield Check("terraform.backend", not tables, f"locks by a table: {tables}")


def _override_resources(stack: Json) -> None:
    stack["//"]["metadata"]["overrides"]["stack"].append("resource")


def _override_a_resource(stack: Json) -> None:
    stack["//"]["metadata"]["overrides"]["aws_s3_bucket"] = ["acl"]


@rule(
    "overrides",
    broken_by=[
        Mutation("override of all resources", _override_resources),
        Mutation("override of a resource", _override_a_resource),
    ],
)
def overrides_are_only_where_there_is_no_binding(case: Case) -> Checks:
    """An override is unchecked: there are some for Terraform's own, ephemeral and check blocks, and no other."""
    overrides = case.stack.json["//"]["metadata"]["overrides"]
    allowed = set(overrides) == {"stack"} and set(overrides["stack"]) <= {"terraform", "ephemeral", "check"}
    yield Check("//.metadata.overrides", allowed, f"are {overrides}")
