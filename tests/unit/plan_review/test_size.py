"""However much changes: the comment fits, and the worst is still at its top."""

import json
from pathlib import Path

import pytest

from tests.unit.plan_review.plans import Json, change, read_plan, recorded, review, written
from tools.plan_review.comment import comment
from tools.plan_review.review import Status

pytestmark = pytest.mark.usefixtures("unmeasured")

_ROLE = "aws_iam_role_policy"


def _grant(number: int) -> str:
    resource = f"arn:aws:s3:::bucket-{number}-{'x' * 150}/*"
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:Put*"], "Resource": resource}]})


def many(number: int) -> list[Json]:
    """A mixture of changes, every third of which needs a label."""
    kinds = (
        lambda n: change("aws_kinesis_stream", {"retention_period": 168}, {"retention_period": 24}, address=f"a.s{n}"),
        lambda n: change(_ROLE, {"policy": _grant(0), "role": f"r{n}"}, {"policy": _grant(n + 1), "role": f"r{n}"}),
        lambda n: change("aws_lambda_function", {"memory_size": 128 + n}, {"memory_size": 129 + n}, address=f"a.f{n}"),
        lambda n: change("aws_sqs_queue", None, {"name": f"queue-{n}"}, address=f"aws_sqs_queue.queue-{'y' * 60}-{n}"),
        lambda n: change("aws_s3_bucket", {"bucket": f"b{n}"}, None, address=f"aws_s3_bucket.bucket-{n}"),
    )
    return [kinds[n % len(kinds)](n) for n in range(number)]


@pytest.mark.parametrize("number", [0, 1, 500, 5_000])
def test_a_comment_fits_whatever_the_number_of_changes(number: int, tmp_path: Path) -> None:
    found = review([read_plan(written(tmp_path, *many(number)))])
    text = comment(found)
    assert len(text) < 60_000
    assert len(text.encode()) < 65_536
    assert f"{number:,} change" in text or "no changes" in text
    assert (found.status is Status.NEEDS_LABEL) == (number > 0)


def test_what_a_label_is_needed_for_is_in_the_first_lines_of_the_longest_comment(tmp_path: Path) -> None:
    head = comment(review([read_plan(written(tmp_path, *many(5_000)))]))[:400]
    assert "Needs labels: `allow-data-loss` (2,000), `allow-iam` (1,000)" in head


def test_what_is_cut_off_is_counted(tmp_path: Path) -> None:
    text = comment(review([read_plan(written(tmp_path, *many(5_000)))]))
    assert "and 975 more" in text
    assert "more: see the whole plan." in text


def test_every_part_that_is_opened_is_closed(tmp_path: Path) -> None:
    text = comment(review([read_plan(written(tmp_path, *many(5_000)))]))
    assert text.count("<details>") == text.count("</details>") > 0


def test_a_hundred_stacks_fit(tmp_path: Path) -> None:
    plans = [read_plan(written(tmp_path, *many(60), name=f"tap-dev{n}-us-east-1")) for n in range(100)]
    text = comment(review([*plans, *recorded("first-deploy")]))
    assert len(text) < 60_000
