"""All problems of a file, and of all files, come at once."""

from pathlib import Path

import pytest

from stacks.settings import Problem, SettingsError, load_settings, select_environments
from tests.unit.settings.documents import document, write_environment

_MANY = document("""\
production = true
account_id = 1
[api]
auth = "jwt"
throttle_burst = 0
[stream]
retention_hours = 24
[mapping]
maximum_record_age_seconds = 86400
batch_size = 0
[deduplication]
days = 1
[observability]
log_retention_days = 7
[alarms]
emails = ["a"]
[protection]
force_destroy = true
kms_deletion_window_days = 3
""")


def _told(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return str(caught.value).splitlines()


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_rules_over_several_settings_speak_although_other_settings_are_invalid(tmp_path: Path) -> None:
    keys = [line.split(": ")[:2] for line in _told(write_environment(tmp_path, "dev", _MANY))]
    assert keys == [
        ["environments/dev.toml:2", "account_id"],
        ["environments/dev.toml:8", "api.jwt_issuer"],
        ["environments/dev.toml:8", "api.jwt_audience"],
        ["environments/dev.toml:9", "api.throttle_burst"],
        ["environments/dev.toml:13", "mapping.maximum_record_age_seconds"],
        ["environments/dev.toml:14", "mapping.batch_size"],
        ["environments/dev.toml:16", "deduplication.days"],
        ["environments/dev.toml:16", "storage.failures_expiration_days"],
        ["environments/dev.toml:18", "observability.log_retention_days"],
        ["environments/dev.toml:20", "alarms.emails[0]"],
        ["environments/dev.toml:22", "protection.force_destroy"],
        ["environments/dev.toml:23", "protection.kms_deletion_window_days"],
    ]


def test_a_rule_is_silent_where_one_of_its_settings_is_invalid(tmp_path: Path) -> None:
    text = document("[stream]\nretention_hours = 1\n[mapping]\nmaximum_record_age_seconds = 604800")
    assert _told(write_environment(tmp_path, "dev", text)) == [
        "environments/dev.toml:8: stream.retention_hours: got 1; allowed: 24 to 8760"
    ]


def test_a_table_that_is_none_leaves_its_rules_silent(tmp_path: Path) -> None:
    assert _told(write_environment(tmp_path, "dev", document("stream = 1"))) == [
        "environments/dev.toml:7: stream: got 1; allowed: a table; begin it with [stream]"
    ]


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    write_environment(tmp_path, "dev", document("owner = 1"))
    write_environment(tmp_path, "staging", "=")
    write_environment(tmp_path, "prod", document())
    with pytest.raises(SettingsError) as caught:
        select_environments(tmp_path / "environments", {})
    assert [(problem.source, problem.key) for problem in caught.value.problems] == [
        ("environments/dev.toml", "owner"),
        ("environments/prod.toml", "production"),
        ("environments/staging.toml", ""),
    ]


def test_a_problem_is_a_line_with_what_is_known() -> None:
    assert str(Problem(source="a.toml", line=3, key="x", message="missing")) == "a.toml:3: x: missing"
    assert str(Problem(source="TAP_ENVIRONMENT", message="set but empty")) == "TAP_ENVIRONMENT: set but empty"
    assert str(SettingsError([])) == ""
