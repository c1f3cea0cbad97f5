"""Which change of what needs which label: a table by resource type, and what has no row in it isn't judged.

A row names attributes, with the verdicts on their changes: `lowered(RETENTION_LOWERED)` needs the label of that rule
when the value is lowered, `FREE` never. An attribute with a row is judged with all that is in it; for a row of its own,
what is deeper is written with dots, through blocks: `destination_config.on_failure.destination_arn`. Everything that
our stacks set has a row, and each type one about the resource as a whole: `RESOURCE`.
"""

from collections.abc import Mapping
from functools import cache

from tools.plan_review.acts import destroyed, forgotten, imported, moved, updated
from tools.plan_review.amounts import less, raised, shortened
from tools.plan_review.configuration import Configuration, Variables
from tools.plan_review.differences import Node, Verdict, Verdicts, When
from tools.plan_review.guards import opened, other_callers
from tools.plan_review.predicates import becomes, differs, removed
from tools.plan_review.rule import Category, Rule
from tools.plan_review.rules import RULES
from tools.plan_review.rules.broken import FORGOTTEN, IMPORTED, MOVED, OUTPUT_CHANGED, OUTPUT_REMOVED, RENAMED
from tools.plan_review.rules.exposed import AUTHORIZER_CHANGED, ROUTE_OPEN
from tools.plan_review.verdicts.access import ACCESS
from tools.plan_review.verdicts.alarms import ALARMS
from tools.plan_review.verdicts.buckets import BUCKETS
from tools.plan_review.verdicts.compute import COMPUTE
from tools.plan_review.verdicts.endpoints import ENDPOINTS
from tools.plan_review.verdicts.queries import QUERIES
from tools.plan_review.verdicts.rows import FREE, RESOURCE, Table, entries, put
from tools.plan_review.verdicts.stores import STORES

TABLE: Table = {
    **STORES,
    **BUCKETS,
    **COMPUTE,
    **ENDPOINTS,
    **ALARMS,
    **ACCESS,
    **QUERIES,
    "output": {RESOURCE: (destroyed(OUTPUT_REMOVED), updated(OUTPUT_CHANGED)), "value": FREE},
}
# Rows that every type has.
EVERYWHERE: Mapping[str, Verdict | Verdicts] = {
    RESOURCE: (forgotten(FORGOTTEN), moved(MOVED), imported(IMPORTED)),
    "region": differs(RENAMED),
    "tags tags_all timeouts": FREE,
    # What AWS computes, and nobody can set.
    """
    api_endpoint arn attachment_count beginning_archive_time bucket_domain_name bucket_region
    bucket_regional_domain_name code_sha256 confirmation_was_authenticated create_date dashboard_arn
    domain_validation_options execution_arn function_arn function_url has_secret_string_wo hosted_zone_id id
    integration_response_selection_expression invoke_arn invoke_url key_rotation_enabled last_modified
    last_processing_result name_servers not_after not_before owner owner_id pending_confirmation pending_renewal
    policy_id primary_name_server qualified_arn qualified_invoke_arn query_definition_id renewal_eligibility
    renewal_summary signing_job_arn signing_profile_version_arn source_code_size state_transition_reason status
    stream_arn stream_label target_key_arn unique_id url_id uuid validation_emails version_id website_domain
    website_endpoint
    """: FREE,
}
_VARIABLES = "environment.variables"
_CHANGES: Mapping[str, tuple[When, ...]] = {
    "differs": (differs,),
    "lowered": (less, removed),
    "raised": (raised, removed),
    "shortened": (shortened,),
}


def rules_for(configuration: Configuration) -> tuple[Rule, ...]:
    """Every rule, with those that a project configures."""
    return (*RULES, *(_rule(one) for one in configuration.variables))


def verdicts_for(configuration: Configuration) -> Mapping[str, Mapping[str, Verdicts]]:
    """The verdicts by resource type and attribute, with those that a project configures."""
    found = {type_: dict(entries(rows)) for type_, rows in TABLE.items()}
    route = found["aws_apigatewayv2_route"]
    without = opened(configuration.public_routes)(ROUTE_OPEN)
    route |= {RESOURCE: (without, *route[RESOURCE]), "authorization_type": (without, other_callers(AUTHORIZER_CHANGED))}
    function = found["aws_lambda_function"]
    for one in configuration.variables:
        for name in one.names:
            path = f"{_VARIABLES}.{name}"
            function[path] = (*function.get(path, ()), *_verdicts(one))
    function |= {f"{_VARIABLES}.{name}": FREE for name in configuration.free_variables}
    return found


@cache
def trees_for(configuration: Configuration) -> Mapping[str, Node]:
    """The same as trees, each with the rows that every type has."""
    return {type_: tree(rows) for type_, rows in verdicts_for(configuration).items()}


@cache
def tree_of_unknown() -> Node:
    """What is said about a resource of a type without rows."""
    return tree({})


def tree(rows: Mapping[str, Verdicts]) -> Node:
    """A type's rows as a tree, with those that every type has."""
    root = Node()
    for path, verdicts in (*entries(EVERYWHERE).items(), *rows.items()):
        put(root, path, verdicts)
    return root


def _rule(one: Variables) -> Rule:
    category = next(category for category in Category if category.label == one.label)
    return Rule(one.id, category, one.message)


def _verdicts(one: Variables) -> Verdicts:
    word, _, value = one.when.partition(" ")
    tests = (becomes(value),) if word == "becomes" else _CHANGES[word]
    return tuple(test(_rule(one)) for test in tests)
