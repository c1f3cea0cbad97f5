"""A yes is remembered where the class decides; everything else is asked again."""

from __future__ import annotations

import typing

import pytest
import typeguard

from stacks.speed.type_checks import class_decides, remember_answers, remember_hints, remember_type_checks

TEXT = typing.Optional[str]  # noqa: UP045 (the generated code writes it so, and it is another type than `str | None`)
TEXTS = typing.Optional[typing.Sequence[str]]  # noqa: UP045


class Resource:
    """Looks like a class that jsii generated."""

    __jsii_type__ = "test.Resource"


class Bucket(Resource):
    """A class below it."""


class Named(typing.Protocol):
    """An interface: whether something has it can depend on the object."""

    name: str


@pytest.mark.parametrize(
    ("kind", "expected", "decides"),
    [
        (str, str, True),
        (str, TEXT, True),
        (type(None), TEXT, True),
        (bool, typing.Union[bool, Resource, None], True),  # noqa: UP007
        (bool, int, True),
        (Bucket, Resource, True),
        (str, typing.Any, True),
        (int, float, False),
        (int, TEXT, False),
        (list, TEXTS, False),
        (list, list, False),
        (str, typing.Literal["a"], False),
        (str, TEXTS, False),
        (Resource, Bucket, False),
        (Bucket, Named, False),
        (object, object, False),
    ],
)
def test_the_class_decides(kind: type, expected: object, decides: bool) -> None:
    assert class_decides(kind, expected) is decides


def test_the_original_is_asked_once_for_a_class_and_a_type() -> None:
    asked: list[object] = []

    def original(argname: str, value: object, *_: object) -> None:
        assert argname == "name"
        asked.append(value)

    check = remember_answers(original)

    for value in ("a", "b", None, ["c"], ["d"]):
        check("name", value, TEXT if not isinstance(value, list) else TEXTS)

    assert asked == ["a", None, ["c"], ["d"]]


def test_a_wrong_value_is_refused_after_right_ones_and_every_time() -> None:
    check = remember_answers(typeguard.check_type)
    for value, expected in (("a", TEXT), (None, TEXT), (["a"], TEXTS)):
        check("name", value, expected)

    for _ in range(2):
        for wrong, other in ((5, TEXT), (["a"], TEXT), (["a", 5], TEXTS), ("a", int)):
            with pytest.raises(TypeError, match="name"):
                check(argname="name", value=wrong, expected_type=other)


def test_hints_of_generated_stubs_are_resolved_once_and_others_every_time() -> None:
    def _typecheckingstub__1(name: str) -> None: ...

    def other(name: str) -> None: ...

    get_type_hints = remember_hints(typing.get_type_hints)

    assert get_type_hints(_typecheckingstub__1) == {"name": str, "return": type(None)}
    assert get_type_hints(_typecheckingstub__1) is get_type_hints(_typecheckingstub__1)
    assert get_type_hints(other) is not get_type_hints(other)
    assert get_type_hints(_typecheckingstub__1, include_extras=True)["name"] is str


def test_another_major_version_of_typeguard_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = (typing.get_type_hints, typeguard.check_type)
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "4.3.0")

    assert remember_type_checks() is False
    assert (typing.get_type_hints, typeguard.check_type) == before
