"""The dashboard draws what the alarms watch."""

import json
from itertools import combinations

import pytest

from modules.alarm_catalogue import CATALOGUE
from stacks.settings import FUNCTIONS
from tests.synthesized import UNUSUAL, Json, Stack


def _graphs(stack: Stack) -> dict[str, Json]:
    body = json.loads(stack.resource("aws_cloudwatch_dashboard", "dashboard")["dashboard_body"])
    return {widget["properties"]["title"]: widget for widget in body["widgets"]}


@pytest.fixture(scope="module")
def graphs(every_stack: dict[str, Stack]) -> dict[str, Json]:
    """Every graph of the variant in which all alarms are on, by title."""
    return _graphs(every_stack["zap-unusual-ap-south-1"])


def test_the_dashboard_is_named_like_everything_else(dev: Stack) -> None:
    assert dev.resource("aws_cloudwatch_dashboard", "dashboard")["dashboard_name"] == "tap-overview-dev-us-east-1"


def test_there_is_one_graph_for_each_failure_mode_in_the_order_of_the_catalogue(graphs: dict[str, Json]) -> None:
    shared = {mode.id: f"% of {mode.unit}" for mode in CATALOGUE if mode.share}
    assert list(graphs) == [f"{mode.title} ({shared.get(mode.id, mode.unit)})" for mode in CATALOGUE]


def test_a_failure_mode_that_is_not_watched_has_no_graph(every_stack: dict[str, Stack]) -> None:
    assert "Too few requests arrive (requests)" not in _graphs(every_stack["tap-plain-us-east-1"])


def test_a_graph_shows_every_subject_in_its_own_region_with_the_threshold_drawn_in(graphs: dict[str, Json]) -> None:
    functions = [f"zap-{role}-unusual-ap-south-1" for role in FUNCTIONS]
    graph = graphs["A function is close to its timeout (ms)"]
    assert graph["type"] == "metric"
    assert graph["properties"] == {
        "title": "A function is close to its timeout (ms)",
        "region": "ap-south-1",
        "view": "timeSeries",
        "stat": "Maximum",
        "period": 540,
        "metrics": [
            ["AWS/Lambda", "Duration", "FunctionName", name, {"label": name.split("-")[1]}] for name in functions
        ],
        "annotations": {
            "horizontal": [
                {"label": f"alarm at {value:,}", "value": value}
                for value in sorted(UNUSUAL[role]["timeout_seconds"] * 700 for role in FUNCTIONS)
            ]
        },
    }


def test_a_share_is_drawn_as_a_share(graphs: dict[str, Json]) -> None:
    api = ["ApiId", "${aws_apigatewayv2_api.api.id}", "Stage", "$default"]
    dimensions = [*api, "Method", "POST", "Resource", "/process"]
    properties = graphs["The API returns many 4xx errors (% of requests)"]["properties"]
    assert properties["metrics"] == [
        [
            {
                "expression": "IF(part0 >= 18, 100 * part0 / IF(FILL(whole0, 0) > part0, FILL(whole0, 0), part0), 0)",
                "label": "api",
            }
        ],
        ["AWS/ApiGateway", "4xx", *dimensions, {"id": "part0", "visible": False}],
        ["AWS/ApiGateway", "Count", *dimensions, {"id": "whole0", "visible": False}],
    ]
    assert properties["annotations"]["horizontal"] == [{"label": "alarm at 35", "value": 35}]


def test_large_thresholds_are_written_out(graphs: dict[str, Json]) -> None:
    properties = graphs["The stream is read late, or not at all (ms)"]["properties"]
    assert properties["annotations"]["horizontal"] == [{"label": "alarm at 8,148,150", "value": 8148150}]


def test_every_alarm_s_threshold_is_on_the_dashboard(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["zap-unusual-ap-south-1"]
    drawn = {
        line["value"] for graph in _graphs(stack).values() for line in graph["properties"]["annotations"]["horizontal"]
    }
    assert drawn == {alarm["threshold"] for alarm in stack.resources("aws_cloudwatch_metric_alarm").values()}


def test_graphs_lie_beside_each_other_within_the_width_of_a_dashboard(graphs: dict[str, Json]) -> None:
    places = [(graph["x"], graph["y"], graph["width"], graph["height"]) for graph in graphs.values()]
    assert all(x + width <= 24 for x, _, width, _ in places)
    for (x, y, width, height), (other_x, other_y, *_) in combinations(sorted(places), 2):
        assert other_x >= x + width or abs(other_y - y) >= height
