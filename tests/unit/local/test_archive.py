import gzip
import json

import pytest

from tests.unit.local.fakes import Bucket
from tools.local import archive as module
from tools.local.archive import Archive
from tools.local.errors import LocalError


def _packed(*ids: str) -> bytes:
    return gzip.compress("".join(json.dumps({"source": "/s", "id": one}) + "\n" for one in ids).encode())


def _ids(archive: Archive) -> list[str]:
    return [one.event["id"] for one in archive.new_events()]


def test_what_was_there_before_is_not_read() -> None:
    s3 = Bucket({"events/old.gz": _packed("old"), "elsewhere/x": b""})
    archive = Archive(s3, "archive")
    archive.skip_what_is_there()
    s3.objects["events/new.gz"] = _packed("one", "two")
    assert _ids(archive) == ["one", "two"]
    assert s3.reads == ["events/new.gz"]
    assert _ids(archive) == []


def test_an_object_that_has_grown_is_read_again() -> None:
    s3 = Bucket({"events/a.gz": _packed("one")})
    archive = Archive(s3, "archive")
    archive.skip_what_is_there()
    s3.objects["events/a.gz"] = _packed("one", "two")
    assert "two" in _ids(archive)


def test_waiting_ends_when_all_are_there_each_counted_once() -> None:
    s3, said = Bucket({}), list[str]()

    def arrive(text: str) -> None:
        said.append(text)
        s3.objects[f"events/{len(said)}.gz"] = _packed("one") if len(said) < 3 else _packed("one", "two", "other")

    found = Archive(s3, "archive").wait_for(2, lambda event: event["id"] != "other", arrive)
    assert [one.event["id"] for one in found] == ["one", "two"]
    assert [one.key for one in found] == ["events/1.gz", "events/3.gz"]
    assert said == ["0 of 2", "1 of 2", "1 of 2", "2 of 2"]


def test_what_does_not_come_is_an_error_that_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.05)
    with pytest.raises(LocalError, match="only 1 of 2 events arrived in archive within 0 s: `make local-logs`"):
        Archive(Bucket({"events/a.gz": _packed("one")}), "archive").wait_for(2, lambda _: True, lambda _: None)
