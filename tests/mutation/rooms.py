"""Which tests are asked about which room."""

from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).parents[2]


class Room(msgspec.Struct, frozen=True):
    """A folder of code, or one module, and the tests that are asked about it, the quickest first.

    ``preloaded`` are the libraries that it imports slowly, ``options`` what pytest is told each time.
    ``shared`` tells that its tests share evaluations of the code: whichever comes first runs the lines, and
    all of them judge.
    """

    folder: str
    tests: tuple[str, ...]
    preloaded: tuple[str, ...] = ()
    shared: bool = False
    options: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def modules(self) -> list[Path]:
        """Return the room's modules."""
        path = ROOT / self.folder
        found = [path] if path.is_file() else sorted(path.rglob("*.py"))
        return [each for each in found if str(each.relative_to(ROOT)) not in self.without]


_PACKAGING: Final = "infra/functions/packaging.py"
_INFRA: Final = ("stacks", "functions", "permissions", "websocket_api", "tables", "user_directory")
_FUNCTIONS: Final = ("botocore.session", "jwt", "moto.dynamodb")
_ADAPTERS: Final = ("tests/unit", "tests/standin", "tests/contract")
_IN_PROCESS: Final = ("-k", "not ministack and not aws_engine")
"""The contract on the engines that need no process of their own; the others say the same."""
_TERMINAL: Final = "tests/property/test_terminal.py"

ROOMS: Final[dict[str, Room]] = {
    "infra": Room(
        "infra",
        (*(f"tests/infra/test_{name}.py" for name in _INFRA), "tests/infra"),
        ("pulumi_aws", "pydantic", "yaml"),
        shared=True,
        options=("--ignore=tests/infra/test_packaging.py",),
        without=(_PACKAGING,),
    ),
    "packaging": Room(_PACKAGING, ("tests/infra/test_packaging.py",), ("pulumi",)),
    "aws": Room("functions/aws", _ADAPTERS, _FUNCTIONS, options=_IN_PROCESS),
    "operations": Room("functions/operations", _ADAPTERS, _FUNCTIONS, options=_IN_PROCESS),
    "ops": Room("ops", (_TERMINAL, "tests/ops"), (*_FUNCTIONS, "typer", "rich")),
    "local": Room(
        "local",
        (_TERMINAL, "tests/local"),
        (*_FUNCTIONS, "boto3", "pulumi_aws", "typer", "rich", "websockets"),
    ),
}
