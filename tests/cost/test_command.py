"""``python -m cost`` prints bills: tables for people, lines for programs."""

import io
import subprocess
import sys

import cost.__main__ as command
from cost.bills import Bill, line
from ops.prices import ALARMS
from ops.terminal import Terminal
from tests.cost.stacks import stack
from tests.infra.program import ROOT

BILL = Bill("alarms", (line("some", (ALARMS, 10)), line("others", (ALARMS, 23))))


def printed(*, terminal: bool) -> str:
    file = io.StringIO()
    command.show(BILL, Terminal(file=file, force_terminal=terminal, no_color=True, width=80))
    return file.getvalue()


def test_without_a_terminal_each_line_has_four_columns_and_the_sum_is_last() -> None:
    rows = [row.split("\t") for row in printed(terminal=False).splitlines()]

    assert rows == [
        ["alarms", "some", "10 \N{MULTIPLICATION SIGN} $0.10", "1.000000"],
        ["alarms", "others", "23 \N{MULTIPLICATION SIGN} $0.10", "2.300000"],
        ["alarms", "sum", "", "3.300000"],
    ]


def test_on_a_terminal_there_is_a_table_with_the_sum_below() -> None:
    said = printed(terminal=True)

    assert [word in said for word in ("alarms", "some", "others", "$1.00", "$2.30", "sum", "$3.30")] == [
        True
    ] * 7


def test_a_stack_is_billed_for_being_idle_and_for_what_people_do() -> None:
    titles = [bill.title for bill in command.bills(stack("dev"))]

    assert titles[0] == "idle, a month of 30 days"
    assert "a million tickets" in titles
    assert "ten minutes of speech" not in titles
    assert "ten minutes of speech" in [bill.title for bill in command.bills(stack("local"))]


def test_where_identity_is_not_verified_there_are_no_tickets() -> None:
    assert "a million tickets" not in [bill.title for bill in command.bills(stack("local"))]


def test_a_stack_without_a_file_is_refused_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cost", "--stack", "nobody"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Pulumi.nobody.yaml cannot be read: FileNotFoundError\n"
