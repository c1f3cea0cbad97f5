import json

from tools.terraform.messages import Counter, errors_in, said_to_people


def _said(**message: object) -> str:
    return json.dumps(message) + "\n"


def test_progress_is_counted_in_resources() -> None:
    said: list[str] = []
    counter = Counter(said.append)
    plan = {"add": 2, "change": 1, "remove": 0, "operation": "plan"}
    for line in (
        _said(type="version"),
        "a line for people\n",
        _said(type="change_summary", changes=plan),
        _said(type="apply_complete"),
        _said(type="apply_complete"),
        _said(type="change_summary", changes={**plan, "operation": "apply"}),
        _said(type="change_summary", changes={"add": 0, "change": 0, "remove": 0, "operation": "destroy"}),
    ):
        counter(line)
    assert said == ["1 of 3 resources", "2 of 3 resources", "3 resources", "nothing to do"]


def test_errors_are_found_in_what_terraform_tells_programs() -> None:
    error = {"severity": "error", "summary": "creating Queue", "detail": "not\n now", "address": "aws_sqs_queue.a"}
    printed = _said(diagnostic=error) + "no JSON\n" + _said(diagnostic={"severity": "warning", "summary": "old"})
    assert errors_in(printed) == ["aws_sqs_queue.a: creating Queue: not now"]
    assert errors_in(_said(diagnostic={"severity": "error", "summary": "locked"})) == ["locked"]


def test_errors_and_warnings_are_found_in_what_terraform_tells_people() -> None:
    text = (
        "There are some problems with the CLI configuration:\n"
        "╷\n│ Warning: Unable to open CLI configuration file\n│ \n│ The file does not exist.\n╵\n\n"
        "\nError: Failed to query\n\nCould not\nconnect\n"
    )
    assert said_to_people(text) == [
        "Warning: Unable to open CLI configuration file The file does not exist.",
        "Failed to query Could not connect",
    ]
    assert said_to_people("all is well") == []
