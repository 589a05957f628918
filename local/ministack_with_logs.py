"""Starts MiniStack so that functions behind WebSocket routes have a log, and policies know keys, as on AWS.

MiniStack collects what an invocation writes, and puts it into CloudWatch Logs if an authorizer, an HTTP API,
a schedule, a stream mapping or a caller invoked the function. What a WebSocket route invoked is collected
too, and then dropped. Here it goes the same way as the rest.

It is done in the emulator, and not by a log handler of the functions: nothing for the emulator's sake runs on
AWS; a function needs no further permission and makes no request for each line; and what a function cannot log
by itself is there as well: the traceback of what it raises, a timeout, a module that cannot be imported.

It runs as a script in place of ``python -m ministack``, with ``-P``: the modules beside it are ours, and must
hide none of the emulator's. It imports none of them, but runs the files `ministack_with_keys.py` and
`ministack_with_delays.py`.
"""

import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from ministack.core import lambda_runtime  # type: ignore[import-untyped]  # it has no stubs
from ministack.services import cloudwatch_logs, lambda_svc  # type: ignore[import-untyped]

_lease: Final = lambda_runtime.get_or_create_worker
"""Gives the worker of a function; of all callers, only WebSocket routes ask for one in this way."""
_MOST: Final = 2_000
"""Invocations of a function that are kept: each has a stream, and each reading looks at all of them."""


class LoggedWorker:
    """The worker of a function that a WebSocket route invokes.

    Parameters
    ----------
    worker
        What invokes it.
    config
        Its configuration, as the emulator keeps it.
    most
        How many of its invocations have their log, the latest.
    """

    def __init__(self, worker: Any, config: dict[str, Any], most: int = _MOST) -> None:
        self._worker = worker
        self._config = config
        self._most = most

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
        if not text:  # speech: lines that say only that it began and ended would fill the memory
            return
        milliseconds = int((time.monotonic() - began) * 1000)
        lambda_svc._emit_lambda_logs(self._config, request_id, text, failed, milliseconds)  # noqa: SLF001  # where the others' go
        group = self._config.get("LoggingConfig", {}).get("LogGroup")
        streams = cloudwatch_logs._log_groups.get(group, {}).get("streams", {})  # noqa: SLF001  # without a request for each
        while len(streams) > self._most:
            del streams[next(iter(streams))]


def _lease_logged(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST") -> LoggedWorker:
    return LoggedWorker(_lease(name, config, code, qualifier=qualifier), config)


def _install(name: str) -> None:
    """Run a file beside this one for what it has to install, without its folder on the path."""
    module = ModuleType(name)
    SourceFileLoader(name, str(Path(__file__).with_name(f"{name}.py"))).exec_module(module)
    module.install()


if __name__ == "__main__":
    from ministack.app import main  # type: ignore[import-untyped]

    lambda_runtime.get_or_create_worker = _lease_logged
    _install("ministack_with_keys")
    _install("ministack_with_delays")
    main()
