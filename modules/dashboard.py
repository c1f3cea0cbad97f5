"""The CloudWatch dashboard of a stack."""

import json
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from modules.alarm_catalogue import CATALOGUE
from modules.alarms import Alarms
from modules.named_stack import names_of
from modules.names import Kind
from modules.watched import Watched

# A dashboard is 24 units wide (CloudWatch API reference, "Dashboard Body Structure").
_COLUMNS = 3
_WIDTH = 8
_HEIGHT = 6


class Dashboard(Construct):
    """One graph for each failure mode that is watched, in the order of the catalogue, with its threshold drawn in."""

    def __init__(self, scope: Construct, id_: str, *, alarms: Alarms) -> None:
        """Shows what `alarms` watches when this is created: create it last."""
        super().__init__(scope, id_)
        names = names_of(self)
        self.name = names("overview", Kind.DASHBOARD)
        groups = [group for mode in CATALOGUE if (group := [one for one in alarms.watched if one.mode is mode])]
        widgets = [_graph(place, group, names.region) for place, group in enumerate(groups)]
        CloudwatchDashboard(self, "Default", dashboard_name=self.name, dashboard_body=json.dumps({"widgets": widgets}))


def _graph(place: int, group: list[Watched], region: str) -> dict[str, Any]:
    mode = group[0].mode
    thresholds = sorted({watched.threshold for watched in group})
    row, column = divmod(place, _COLUMNS)
    return {
        "type": "metric",
        "x": column * _WIDTH,
        "y": row * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": {
            "title": f"{mode.title} ({group[0].unit})",
            "region": region,
            "view": "timeSeries",
            "stat": mode.statistic,
            "period": group[0].period_seconds,
            "metrics": [line for index, watched in enumerate(group) for line in _lines(index, watched)],
            "annotations": {
                "horizontal": [{"label": f"alarm at {value:,.10g}", "value": value} for value in thresholds]
            },
        },
    }


def _lines(index: int, watched: Watched) -> list[list[Any]]:
    mode = watched.mode
    dimensions = [text for pair in watched.dimensions.items() for text in pair]
    if watched.of is None:
        return [[mode.namespace, mode.metric, *dimensions, {"label": watched.subject}]]
    part, whole = f"part{index}", f"whole{index}"
    return [
        [{"expression": watched.share(part, whole), "label": watched.subject}],
        [mode.namespace, mode.metric, *dimensions, {"id": part, "visible": False}],
        [mode.namespace, watched.of, *dimensions, {"id": whole, "visible": False}],
    ]
