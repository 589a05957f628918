"""Asks the connection manager of a stack, as an operator: by invoking its function."""

from collections.abc import Iterator
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from functions.domain.connections.bases import ErrorCode


class RefusedError(Exception):
    """The manager refuses a request: with one of its codes, and a message for whoever asked."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class FailedError(Exception):
    """The manager failed, or nobody knows what became of the request; the message says what to look at."""


class InterruptedPagesError(Exception):
    """A request that has several pages ended between two of them; it goes on by the cursor."""

    def __init__(self, problem: Exception, cursor: str) -> None:
        super().__init__(f"{problem}; to go on, add --cursor {cursor}")
        self.problem = problem


class ConnectionManager:
    """The function.

    Parameters
    ----------
    client
        A Lambda client that waits as long as a function may run, and asks once: to send a message again is
        not the same as to send it.
    function
        Its name.
    """

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Return the answer to a request; arguments that are None are left out.

        Raises
        ------
        RefusedError
            If the manager refuses it.
        FailedError
            If the manager fails, or does not answer.
        botocore.exceptions.ClientError
            If it cannot be invoked.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        payload = msgspec.json.encode({"operation": operation, **given})
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=payload)
            told = answer["Payload"].read()
        except (ConnectionClosedError, ReadTimeoutError) as problem:
            msg = f"no answer came, and it may have been done all the same: {problem}"
            raise FailedError(msg) from None
        return self._read(told, failed="FunctionError" in answer)

    def pages(self, operation: str, cursor: str | None = None, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Yield the answers to a request and to those that go on where the last one stopped.

        Raises
        ------
        InterruptedPagesError
            If one of them fails, and another before it did not.
        RefusedError, FailedError, botocore.exceptions.ClientError
            If the first one fails, as `ask`.
        """
        begun = False
        while True:
            try:
                answer = self.ask(operation, cursor=cursor, **arguments)
            except (RefusedError, FailedError, BotoCoreError, ClientError) as problem:
                if not begun or cursor is None:
                    raise
                raise InterruptedPagesError(problem, cursor) from None
            begun = True
            cursor = answer.get("cursor")
            yield answer
            if cursor is None:
                return

    def _read(self, told: bytes, *, failed: bool) -> dict[str, Any]:
        answer: Any = msgspec.json.decode(told)
        if failed:
            kind, words = answer.get("errorType", "it"), answer.get("errorMessage", "without a word")
            msg = f"the connection manager failed, and its log says where: {kind}: {words}"
            raise FailedError(msg)
        if "error" in answer:
            raise RefusedError(answer["error"]["code"], answer["error"]["message"])
        found: dict[str, Any] = answer
        return found
