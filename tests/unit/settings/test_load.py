"""Files that can't be read, and files that can although an editor left its marks."""

from pathlib import Path

import pytest

from stacks.settings import SettingsError, load_settings, parse_settings
from tests.unit.settings.documents import document, write_environment
from tests.unit.settings.factory import make_settings


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _told(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return str(caught.value)


def test_a_missing_file_is_named() -> None:
    assert _told(Path("qa.toml")) == "qa.toml: no such file; allowed: one TOML file for each environment"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").mkdir()
    assert _told(Path("dev.toml")) == "dev.toml: can't be read: Is a directory"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_bytes(b"owner = '\xff'")
    assert _told(Path("dev.toml")) == "dev.toml: not UTF-8 text; save it as UTF-8"


def test_text_that_ends_too_early_is_refused_with_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text("regions = [\n")
    assert _told(Path("dev.toml")).startswith("dev.toml:2: not valid TOML: ")


def test_lists_in_lists_without_end_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text("regions = " + "[" * 100_000)
    assert _told(Path("dev.toml")) == "dev.toml: not valid TOML: lists in lists, too deep to read"


def test_a_number_of_5000_digits_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text("retries = " + "9" * 5000)
    assert _told(Path("dev.toml")).startswith("dev.toml: not valid TOML: Exceeds the limit")


def test_a_number_too_large_to_write_is_refused(tmp_path: Path) -> None:
    path = write_environment(tmp_path, "dev", document("[stream]\nshards = 0x" + "f" * 5000))
    assert _told(path) == "environments/dev.toml:8: stream.shards: got a very large number; allowed: 1 to 500"


def test_a_byte_order_mark_and_carriage_returns_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "dev.toml"
    path.write_bytes(b"\xef\xbb\xbf" + document("[stream]\nshards = 2").replace("\n", "\r\n").encode())
    assert load_settings(path).stream.shards == 2


def test_a_file_name_that_no_name_can_end_with_is_refused_with_the_rest(tmp_path: Path) -> None:
    (tmp_path / "Dev_1.toml").write_text(document("owner = 1"))
    name, owner = _told(Path("Dev_1.toml")).splitlines()
    assert name.startswith("Dev_1.toml: the file's name is the environment's: got \"Dev_1\"; allowed: 1 to 24 of a-z")
    assert owner.startswith("Dev_1.toml:4: owner: got 1")


def test_a_bad_file_name_is_refused_although_the_file_is_valid(tmp_path: Path) -> None:
    (tmp_path / "dev-.toml").write_text(document())
    assert 'got "dev-"' in _told(Path("dev-.toml"))


def test_keys_that_need_quotes_are_shown_with_them() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({**make_settings().model_dump(exclude_none=True), "a b\n": 1, "": 2})
    assert [problem.key for problem in caught.value.problems] == ['"a b\\n"', '""']


def test_a_list_becomes_a_tuple_and_settings_stay_as_they_are() -> None:
    settings = make_settings(regions=["us-east-1", "eu-west-1"], api={"cors_origins": ["https://a.example.com"]})
    assert settings.regions == ("us-east-1", "eu-west-1")
    with pytest.raises(ValueError, match="frozen"):
        settings.owner = "other"  # type: ignore[misc]


def test_waiting_for_a_batch_may_last_until_just_before_the_lag_alarm() -> None:
    settings = make_settings(mapping={"batching_window_seconds": 14, "maximum_record_age_seconds": 60})
    assert settings.mapping.batching_window_seconds == 14  # the alarm rings at 25 % of 60


def test_all_but_a_hundred_executions_may_be_reserved() -> None:
    settings = make_settings(receiver={"reserved_concurrency": 500}, processor={"reserved_concurrency": 400})
    assert settings.alarms.account_concurrency == 1000
