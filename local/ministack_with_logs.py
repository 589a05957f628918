"""Starts MiniStack so that functions behind WebSocket routes have a log, as on AWS.

MiniStack collects what an invocation writes, and puts it into CloudWatch Logs if an authorizer, an HTTP API,
a schedule, a stream mapping or a caller invoked the function. What a WebSocket route invoked is collected
too, and then dropped. Here it goes the same way as the rest.

It is done in the emulator, and not by a log handler of the functions: nothing for the emulator's sake runs on
AWS; a function needs no further permission and makes no request for each line; and what a function cannot log
by itself is there as well: the traceback of what it raises, a timeout, a module that cannot be imported.

It runs as a script in place of ``python -m ministack``, and imports nothing of ours.
"""

import time
from typing import Any, Final

from ministack.app import main  # type: ignore[import-untyped]  # it has no stubs
from ministack.core import lambda_runtime  # type: ignore[import-untyped]
from ministack.services import lambda_svc  # type: ignore[import-untyped]

_lease: Final = lambda_runtime.get_or_create_worker
"""Gives the worker of a function; of all callers, only WebSocket routes ask for one in this way."""


class LoggedWorker:
    """The worker of a function that a WebSocket route invokes."""

    def __init__(self, worker: Any, config: dict[str, Any]) -> None:
        self._worker = worker
        self._config = config

    def invoke(self, event: dict[str, Any], request_id: str) -> Any:
        """Invoke the function, and log what it wrote and how it failed."""
        began = time.monotonic()
        try:
            result = self._worker.invoke(event, request_id)
        except RuntimeError as error:  # it could not even begin, e.g. for want of a module
            self._log(request_id, began, str(error), failed=True)
            raise
        failed = result.get("status") == "error"
        problem = (result.get("trace") or result.get("error", "")) if failed else ""
        self._log(request_id, began, "\n".join(filter(None, (result.get("log", ""), problem))), failed=failed)
        return result

    def _log(self, request_id: str, began: float, text: str, *, failed: bool) -> None:
        if text:  # speech logs nothing, and would fill the memory with lines that say only that
            milliseconds = int((time.monotonic() - began) * 1000)
            lambda_svc._emit_lambda_logs(self._config, request_id, text, failed, milliseconds)  # noqa: SLF001  # where the others' go


def _lease_logged(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST") -> LoggedWorker:
    return LoggedWorker(_lease(name, config, code, qualifier=qualifier), config)


if __name__ == "__main__":
    lambda_runtime.get_or_create_worker = _lease_logged
    main()
