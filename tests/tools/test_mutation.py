"""The mutation run: what it changes, whom it asks, and that it tells what is noticed from what is not."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.covering import asked
from tests.mutation.operators import changed, changes
from tests.mutation.rooms import ROOMS, ROOT, Room

CHANGED = {
    "f(a, b=1)": ["f(a)", "f(a, b=2)"],
    "x = {'a': b}": ["x = {}", "x = {'ax': b}"],
    "x = [a, b]": ["x = [b]", "x = [a]"],
    "x = a < b": ["x = a <= b"],
    "x = a or b": ["x = a and b"],
    "x = a if b else c": ["x = a if not b else c"],
    "x = [a for a in b if c]": ["x = [a for a in b if not c]"],
    "x = True": ["x = False"],
    "if a:\n    raise E('why')": ["if not a:\n    raise E('why')", "if a:\n    pass"],
    "x += y": ["pass"],
    "def f():\n    return a": ["def f():\n    return None"],
}
SILENT = [
    '"""What it is for."""',
    "import a",
    "x: Literal['a'] = b",
    "def f(a: int | None) -> Literal['b']:\n    pass",
    "if TYPE_CHECKING:\n    x = 1",
    "x = f'{a} is wrong'",
    "def f():\n    return None",
]


@pytest.mark.parametrize("source", CHANGED)
def test_one_thing_is_changed_at_a_time(source: str) -> None:
    found = [changed(source, change.number) for change in changes(source)]

    # a call that stands alone can be left out, too
    assert [each for each in found if each != "pass" or source == "x += y"] == CHANGED[source]


@pytest.mark.parametrize("source", SILENT)
def test_what_no_test_could_notice_is_left_alone(source: str) -> None:
    assert changes(source) == []


@pytest.mark.parametrize(
    "path", ["functions/aws/log/event_log.py", "ops/read_models/rebuild.py", "local/up.py"]
)
def test_whatever_is_changed_is_still_a_program_and_another_one(path: str) -> None:
    source = (ROOT / path).read_text()

    found = {changed(source, change.number) for change in changes(source)[::7]}
    assert all(ast.parse(each) for each in found)
    assert ast.unparse(ast.parse(source)) not in found
    assert len(found) > 5


def test_at_first_those_are_asked_that_run_the_line_and_then_all_of_their_files() -> None:
    room = Room("room", ("tests/room",))

    assert asked(room, frozenset({"tests/room/test_a.py::test_b", "tests/room/test_a.py::test_a"})) == [
        ["tests/room/test_a.py::test_a", "tests/room/test_a.py::test_b"],
        ["tests/room/test_a.py"],
    ]


def test_the_whole_room_is_asked_about_what_an_import_alone_runs() -> None:
    assert asked(Room("room", ("tests/room",)), frozenset()) == [["tests/room"]]


def test_the_whole_room_is_asked_where_tests_share_what_the_line_makes() -> None:
    room = Room("room", ("tests/room",), shared=True)

    assert asked(room, frozenset({"tests/room/test_a.py::test_a"})) == [["tests/room"]]


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_a_room_has_modules_and_tests(room: Room) -> None:
    assert room.modules()
    assert [each for each in room.tests if not (ROOT / each).exists()] == []


def ask(tmp_path: Path, *sources: str, about: str = "") -> subprocess.CompletedProcess[str]:
    """Ask a test about changes of a module, in a process that has no threads."""
    module, test = tmp_path / "shelf.py", tmp_path / "test_shelf.py"
    module.write_text("MOST, LEAST = 3, 1\n")
    test.write_text("import shelf\n\ndef test_most():\n    assert shelf.MOST == 3\n")
    program = (
        "from pathlib import Path\nfrom tests.mutation.running import noticed\n"
        f"for source in {sources}:\n"
        f"    print(noticed('shelf', Path({str(module)!r}), source, [['{test}{about}']], 60))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_change_is_noticed_by_a_test_that_fails_and_by_no_other(tmp_path: Path) -> None:
    done = ask(tmp_path, "MOST, LEAST = 4, 1", "MOST, LEAST = 3, 2")

    assert (done.stdout.split(), done.stderr) == (["True", "False"], "")
    assert (tmp_path / "shelf.py").read_text() == "MOST, LEAST = 3, 1\n"


def test_a_test_that_is_not_there_notices_nothing_and_is_an_error(tmp_path: Path) -> None:
    done = ask(tmp_path, "MOST, LEAST = 4, 1", about="::test_least")

    assert done.stdout == ""
    assert "RuntimeError: pytest cannot be asked about" in done.stderr
