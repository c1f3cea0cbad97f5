"""Our marks on an event are no part of its content: two copies that came at other times are one event."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lambda_code.processor.records import Arrived, read_record
from lambda_code.shared.events import from_cloud_event

EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {"taptime": "theirs"}}


def content_hash(document: bytes) -> str:
    item = read_record({"sequenceNumber": "1", "data": base64.b64encode(document).decode()}, "home")
    assert isinstance(item, Arrived)
    return item.content_hash


def marked(event: dict[str, Any], **marks: str) -> bytes:
    """The event's record as the producers write it."""
    return from_cloud_event(json.dumps(event).encode(), event).record(marks)


@pytest.mark.parametrize("marks", [{}, {"taptime": "b"}, {"taptime": "b", "taprequest": "c", "taptrace": "d"}])
def test_marks_do_not_change_the_content(marks: dict[str, str]) -> None:
    assert content_hash(marked(EVENT, **marks)) == content_hash(marked(EVENT, taptime="a"))


def test_an_archived_event_that_is_sent_again_has_the_same_content() -> None:
    archived = {**EVENT, "taptime": "a", "tapsequence": "49590338271490256608559692538361571095921575989136588898"}
    assert content_hash(marked(archived, taptime="b")) == content_hash(marked(EVENT, taptime="a"))


@pytest.mark.parametrize("name", ["tape", "tapestry", "tapsource"])
def test_a_word_that_only_begins_like_a_mark_is_content(name: str) -> None:
    one, other = {**EVENT, name: "1"}, {**EVENT, name: "2"}
    assert content_hash(marked(one, taptime="a")) == content_hash(marked(one, taptime="b"))
    assert content_hash(marked(one, taptime="a")) != content_hash(marked(other, taptime="a"))


def test_data_that_look_like_marks_are_content() -> None:
    other = {**EVENT, "data": {"taptime": "other"}}
    assert content_hash(marked(other, taptime="a")) != content_hash(marked(EVENT, taptime="a"))


def test_an_event_of_nothing_but_marks_is_no_event() -> None:
    assert not isinstance(
        read_record({"sequenceNumber": "1", "data": base64.b64encode(b'{"tap":1}').decode()}, "home"), Arrived
    )
