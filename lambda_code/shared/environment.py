"""Reads a function's environment variables."""

from collections.abc import Mapping


class MissingVariableError(Exception):
    """The function was deployed without a variable that it needs."""


def required(environ: Mapping[str, str], name: str) -> str:
    """The variable's value; raises MissingVariableError where it is unset or empty."""
    value = environ.get(name, "")
    if not value:
        raise MissingVariableError(f"{name} is not set: deploy the function with the stack that sets it")
    return value


def is_lambda(environ: Mapping[str, str]) -> bool:
    """Whether this process is a Lambda's (the runtime sets the name of the function)."""
    return "AWS_LAMBDA_FUNCTION_NAME" in environ
