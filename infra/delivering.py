"""How a function has events delivered: by invoking the function that numbers and posts them."""

import pulumi

from functions import names
from infra.functions.function import Function


class Delivering:
    """
    The function that delivers, for those that invoke it.

    Parameters
    ----------
    function
        The responder, or where no text is answered that of the feeds.
    endpoint
        An emulator's URL, if there is one.
    region
        Where the stack is.

    Attributes
    ----------
    variables
        What a function needs to know that invokes it.
    """

    def __init__(self, function: Function, endpoint: str | None, region: pulumi.Input[str]) -> None:
        self._function = function
        aws = pulumi.Output.concat("https://lambda.", region, ".amazonaws.com")
        self.variables: dict[str, pulumi.Input[str]] = {
            names.DELIVERING_FUNCTION: function.function_name,
            names.LAMBDA_ENDPOINT: endpoint or aws,
        }

    def grant(self, function: Function) -> None:
        """Let a function invoke it."""
        function.grant("have-delivered", self._function.sending)
