"""Queries that are saved in CloudWatch Logs Insights."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from modules.function import Function
from modules.http_api import HttpApi
from modules.query_catalogue import EVERY_FUNCTION, QUERIES


class SavedQueries(Construct):
    """Every query of the catalogue, over the logs of one stack. Saving them is free; running one costs what it reads.

    Their names begin with the stack's and a slash, which the console of CloudWatch shows as a folder.
    """

    def __init__(
        self, scope: Construct, id_: str, *, folder: str, api: HttpApi, functions: Mapping[str, Function]
    ) -> None:
        """`folder`: the name of the stack; `functions`: every function of it, by role."""
        super().__init__(scope, id_)
        names = {role: (function.logs.name,) for role, function in functions.items()}
        groups = {"api": (api.logs.name,), EVERY_FUNCTION: tuple(name for (name,) in names.values()), **names}
        for query in QUERIES:
            CloudwatchQueryDefinition(
                self,
                query.id,
                name=f"{folder}/{query.id}",
                query_string=query.text,
                log_group_names=[name for source in query.sources for name in groups[source]],
            )
