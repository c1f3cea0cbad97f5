"""The stack that constructs are in, as far as they know it: it gives them their names."""

from cdktf import TerraformStack
from constructs import Construct

from modules.names import Names


class NamedStack(TerraformStack):
    """A stack whose constructs take their names and ARNs from it."""

    def __init__(self, scope: Construct, id_: str, *, names: Names) -> None:
        """`names`: those of everything in it."""
        super().__init__(scope, id_)
        self.names = names


def names_of(construct: Construct) -> Names:
    """The names of the stack that a construct is in; `TypeError` where that stack has none."""
    stack = TerraformStack.of(construct)
    if not isinstance(stack, NamedStack):
        raise TypeError(f"{construct.node.path} is in {type(stack).__name__}, which names nothing: use a NamedStack")
    return stack.names
