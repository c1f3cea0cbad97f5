"""How long objects are kept."""

import pytest

from modules.bucket_lifecycle_settings import ObjectAges
from tests.synthesized import Json, Stack

_MARKERS = {
    "id": "left-over-delete-markers",
    "status": "Enabled",
    "filter": [{"prefix": ""}],
    "expiration": [{"expired_object_delete_marker": True}],
}


def _rules(stack: Stack, role: str) -> list[Json]:
    rules: list[Json] = stack.resource("aws_s3_bucket_lifecycle_configuration", f"{role}_lifecycle")["rule"]
    return rules


def _ages(*, noncurrent: int, **rest: object) -> Json:
    return {
        "id": "ages",
        "status": "Enabled",
        "filter": [{"prefix": ""}],
        "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
        "noncurrent_version_expiration": [{"noncurrent_days": noncurrent}],
        **rest,
    }


def test_every_age_is_what_its_setting_says(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["zap-unusual-ap-south-1"]
    moved = [{"days": 44, "storage_class": "STANDARD_IA"}]
    assert _rules(stack, "archive") == [
        _ages(noncurrent=33, expiration=[{"days": 444}], transition=moved),
        _MARKERS,
    ]
    assert _rules(stack, "inbox") == [_ages(noncurrent=33, expiration=[{"days": 22}]), _MARKERS]
    assert _rules(stack, "failures") == [_ages(noncurrent=33, expiration=[{"days": 88}]), _MARKERS]
    assert _rules(stack, "access-logs") == [_ages(noncurrent=33, expiration=[{"days": 66}]), _MARKERS]


def test_archived_events_are_kept_for_ever_unless_a_setting_says_otherwise(dev: Stack) -> None:
    (ages, _) = _rules(dev, "archive")
    assert "expiration" not in ages
    assert ages["transition"] == [{"days": 90, "storage_class": "STANDARD_IA"}]


def test_state_is_never_deleted_but_its_old_versions_are(every_stack: dict[str, Stack]) -> None:
    assert _rules(every_stack["zap-unusual-state"], "state") == [_ages(noncurrent=61), _MARKERS]


def test_rules_on_versions_wait_for_versioning(dev: Stack) -> None:
    lifecycle = dev.arguments("aws_s3_bucket_lifecycle_configuration", "archive_lifecycle")
    assert lifecycle["bucket"] == "${aws_s3_bucket.archive.id}"
    assert [name[:-9] for name in lifecycle["depends_on"]] == ["aws_s3_bucket_versioning.archive_versioning"]


def test_objects_do_not_expire_before_they_are_moved() -> None:
    with pytest.raises(ValueError, match="expiration_days must be above infrequent_access_days, got 30"):
        ObjectAges(noncurrent_days=1, infrequent_access_days=30, expiration_days=30)
    ObjectAges(noncurrent_days=1, infrequent_access_days=30, expiration_days=31)
