"""Remember the answers of the argument checks that every generated class makes.

Each call of a generated constructor resolves the type hints of all its arguments again and walks through them with
typeguard, mostly to find that `None` may be `None`. Here the resolved hints are kept, and so is the answer "fits" where
it depends on nothing but the argument's class. A wrong type is refused as before: only a yes is remembered, and what
the content decides (lists, dicts, callables, literals, protocols) is checked every time.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable

Check = Callable[..., None]

_SCALARS = (type(None), str, bool, int, float)
_STUB = "_typecheckingstub__"  # the generated functions that only carry the hints


def remember_type_checks() -> bool:
    """Put the remembering versions in place; false if typeguard is of another major version, whose API differs."""
    # Imported here, because a run that is skipped needs neither.
    from importlib.metadata import version

    import typeguard

    if not version("typeguard").startswith("2."):
        return False
    if not hasattr(typeguard.check_type, "__wrapped__"):
        typing.get_type_hints = remember_hints(typing.get_type_hints)
        typeguard.check_type = remember_answers(typeguard.check_type)
    return True


def remember_hints(resolve: Callable[..., dict[str, typing.Any]]) -> Callable[..., dict[str, typing.Any]]:
    """`typing.get_type_hints` that resolves the hints of a generated stub once; for all else it is the original."""
    known: dict[object, dict[str, typing.Any]] = {}

    @functools.wraps(resolve)
    def get_type_hints(obj: object, *args: object, **kwargs: object) -> dict[str, typing.Any]:
        if args or kwargs or not getattr(obj, "__name__", "").startswith(_STUB):
            return resolve(obj, *args, **kwargs)
        if obj not in known:
            known[obj] = resolve(obj)
        return known[obj]

    return get_type_hints


def remember_answers(check: Check) -> Check:
    """typeguard's `check_type` that asks the original once per class and type, where the class alone decides."""
    # Types are looked up by identity (hashing a union of forty types is slow), and kept so that no id is used twice.
    known: dict[tuple[type, int], object] = {}

    @functools.wraps(check)
    def check_type(argname: str, value: object, expected_type: object, memo: object = None, **scope: object) -> None:
        answer = (type(value), id(expected_type))
        if answer in known:
            return
        check(argname, value, expected_type, memo, **scope)
        if class_decides(type(value), expected_type):
            known[answer] = expected_type

    return check_type


def class_decides(kind: type, expected_type: object) -> bool:
    """Whether every instance of `kind` fits the type: `Any`, a class above it, or a union with one of these."""
    if kind not in _SCALARS and not hasattr(kind, "__jsii_type__"):
        return False
    if expected_type is typing.Any:
        return True
    if typing.get_origin(expected_type) is typing.Union:
        return any(class_decides(kind, member) for member in typing.get_args(expected_type))
    if not isinstance(expected_type, type) or getattr(expected_type, "_is_protocol", False):
        return False
    return expected_type in kind.__mro__
