"""Every construct is used alike: how it is made, and what is read of it."""

import dataclasses
import importlib
import inspect
import pkgutil
from typing import Any

import pytest
from cdktf import App, TerraformStack
from constructs import Construct

import modules
from modules.named_stack import names_of
from tests.unit.modules.parts import NAMES, bare_stack, make_bucket, make_function, make_key

_MOST_KEYWORDS = 3


def _constructs() -> list[type[Construct]]:
    """Every construct of the project, but for stacks."""
    names = [one.name for one in pkgutil.walk_packages(modules.__path__, "modules.")]
    found = {
        each
        for name in names
        for each in vars(importlib.import_module(name)).values()
        if inspect.isclass(each) and issubclass(each, Construct) and each.__module__ == name
    }
    return sorted((each for each in found if not issubclass(each, TerraformStack)), key=lambda each: each.__name__)


def _fields(record: Any) -> dict[str, dataclasses.Field[Any]]:
    return {field.name: field for field in dataclasses.fields(record)}


_every_construct = pytest.mark.parametrize("construct", _constructs(), ids=lambda each: each.__name__)


def test_every_construct_is_looked_at() -> None:
    assert {"Bucket", "DeliveryRole", "EventStream", "Function", "HttpApi"} <= {each.__name__ for each in _constructs()}


@_every_construct
def test_a_construct_takes_three_keywords_at_most_or_one_record(construct: type[Construct]) -> None:
    """So that a call says what is what: a record is frozen and has keywords only."""
    scope, id_, *inputs = list(inspect.signature(construct.__init__).parameters.values())[1:]
    assert (scope.name, id_.name) == ("scope", "id_")
    if [one.name for one in inputs] == ["props"]:
        record: Any = inputs[0].annotation
        assert all(field.kw_only for field in _fields(record).values())
        assert record.__dataclass_params__.frozen
    else:
        assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in inputs)
        assert len(inputs) <= _MOST_KEYWORDS


@_every_construct
def test_names_come_from_the_stack(construct: type[Construct]) -> None:
    parameters = inspect.signature(construct.__init__).parameters
    assert "names" not in [*parameters, *(_fields(parameters["props"].annotation) if "props" in parameters else ())]


@_every_construct
def test_what_has_an_arn_has_a_name_and_its_resource(construct: type[Construct]) -> None:
    """And nothing else is called so: no `function_arn`, no `bucket_name`."""
    source = inspect.getsource(construct)
    own = {name for name in ("name", "arn", "resource") if f"self.{name}" in source}
    assert "arn" not in own or own == {"name", "arn", "resource"}
    assert "_arn =" not in source
    assert not any(f"self.{word}_name" in source for word in ("bucket", "function", "group", "role", "topic"))


def test_name_and_arn_are_known_before_anything_is_deployed_and_the_resource_is_terraform_s() -> None:
    stack = bare_stack()
    bucket, function = make_bucket(stack), make_function(stack, make_key(stack))
    assert (bucket.name, bucket.arn) == (
        "tap-inbox-dev-us-east-1-111111111111",
        "arn:aws:s3:::tap-inbox-dev-us-east-1-111111111111",
    )
    assert function.arn == "arn:aws:lambda:us-east-1:111111111111:function:tap-processor-dev-us-east-1"
    assert str(function.resource.arn).startswith("${TfToken[")


def test_a_stack_without_names_is_refused_by_name() -> None:
    stack = bare_stack()
    assert names_of(stack) == NAMES
    with pytest.raises(TypeError, match="other is in TerraformStack, which names nothing"):
        names_of(TerraformStack(App(), "other"))
