"""Creates the functions of a pipeline."""

from collections.abc import Mapping

from constructs import Construct

from modules.dead_letter_queue import DeadLetterQueue
from modules.encryption_key import EncryptionKey
from modules.function import Code, Function, FunctionProps
from stacks.release import Release
from stacks.settings import Settings


class FunctionFactory:
    """Creates functions in a stack, with what they have in common and with their own size and package."""

    def __init__(
        self,
        stack: Construct,
        *,
        key: EncryptionKey,
        settings: Settings,
        release: Release,
        permissions_boundary: str | None,
    ) -> None:
        """`permissions_boundary`: ARN of the policy that limits the functions' roles, if there is one."""
        self._stack, self._key, self._settings = stack, key, settings
        self._release, self.permissions_boundary = release, permissions_boundary
        self._made: dict[str, Function] = {}

    def __call__(self, role: str, *, dead_letters: DeadLetterQueue | None = None, **variables: str | None) -> Function:
        """Creates one of `FUNCTIONS` with these environment variables; those that are `None` are left out."""
        package = self._release.packages[role]
        props = FunctionProps(
            key=self._key,
            code=Code(
                path=str(package.path),
                sha256_base64=package.sha256_base64,
                handler=f"lambda_code.{role}.handler.handle",
            ),
            settings=getattr(self._settings, role),
            observability=self._settings.observability,
            architecture=self._settings.architecture,
            variables={name: value for name, value in variables.items() if value is not None},
            dead_letters=dead_letters,
            permissions_boundary=self.permissions_boundary,
        )
        self._made[role] = Function(self._stack, role, props)
        return self._made[role]

    def all(self) -> Mapping[str, Function]:
        """Every function, by role, in the order of the settings; raises `ValueError` if one was not created."""
        wanted = self._settings.functions
        if forgotten := set(wanted) - self._made.keys():
            raise ValueError(f"stacks/tap_stack.py deploys no function {', '.join(sorted(forgotten))}")
        return {role: self._made[role] for role in wanted}
