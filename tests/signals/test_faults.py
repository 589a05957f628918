"""Which alarm a fault fires, for every way in, as the runbook's table says it."""

import json
import runpy
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from functions import names
from functions.aws import environment
from functions.domain.refusals import Unavailable
from tests.docs.markdown import ROOT, table
from tests.docs.markdown import names as spans
from tests.infra.program import signalling
from tests.signals.alarms import fired, written
from tests.signals.faults import Breakage
from tests.signals.ways import WAYS, Way

OPERATIONS = ROOT / "docs" / "operations.md"
COLUMNS = [*Breakage, "import error", "timeout"]
TABLE = {
    (way, fault): set(spans(cell))
    for way, *cells in table(OPERATIONS, "way in")
    for fault, cell in zip(COLUMNS, cells, strict=True)
}
HANDLERS = {
    "authorizer": names.AUTHORIZER,
    "ticket": names.TICKET,
    "lifecycle": names.LIFECYCLE,
    "message": names.MESSAGE,
    "feed": names.FEED,
    "responder": names.RESPONDER,
    "connection-manager": names.CONNECTION_MANAGER,
    "sweeper": names.SWEEPER,
    "projector": names.PROJECTOR,
    "archiver": names.ARCHIVER,
}


def fires(way: Way, breakage: Breakage) -> set[str]:
    """Return the alarms of what a fault leaves: a raise, which Lambda counts among its errors, and lines."""
    raised = set[str]()
    with written() as lines:
        try:
            way.go(breakage)
        except (ClientError, Unavailable):
            raised = {f"{way.function}-errors"}
    return raised | fired(way.function, lines)


def imported_without_variables(handler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a handler's module as in a new process that has none of the program's variables."""
    module, _, _ = handler.rpartition(".")
    made = [each.inputs for each in signalling("prod").of_type("lambda/function:Function")]
    (variables,) = [each["environment"]["variables"] for each in made if each["handler"] == handler]
    for variable in variables:
        monkeypatch.delenv(variable, raising=False)
    for each in vars(environment).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()
    runpy.run_path(str(ROOT / f"{module.replace('.', '/')}.py"))


def test_the_runbook_has_every_way_in_and_every_fault() -> None:
    assert {way for way, _ in TABLE} == set(WAYS)
    (heading,) = [
        line for line in OPERATIONS.read_text(encoding="utf-8").splitlines() if line.startswith("| way in |")
    ]
    assert [cell.strip() for cell in heading.strip("|").split("|")][1:] == COLUMNS


@pytest.mark.parametrize("breakage", [Breakage.DENIED, Breakage.THROTTLED, Breakage.AWAY])
@pytest.mark.parametrize("way", WAYS)
def test_a_fault_fires_the_alarm_of_the_runbook(way: str, breakage: Breakage) -> None:
    assert fires(WAYS[way], breakage) == TABLE[way, breakage]


@pytest.mark.parametrize("way", WAYS)
def test_a_variable_that_names_nothing_or_is_missing_fires_the_alarms_of_the_runbook(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = WAYS[way].function
    named_nothing = fires(WAYS[way], Breakage.UNNAMED)

    with pytest.raises(RuntimeError, match=r"the environment variable \w+ is not set"):
        imported_without_variables(HANDLERS[function], monkeypatch)

    assert named_nothing | {f"{function}-errors"} == TABLE[way, Breakage.UNNAMED]


@pytest.mark.parametrize("end", ["import error", "timeout"])
@pytest.mark.parametrize("way", WAYS)
def test_what_ends_the_process_is_an_error_of_lambda(way: str, end: str) -> None:
    """Neither can be made in this process: that Lambda counts both as errors is its documented word."""
    assert TABLE[way, end] == {f"{WAYS[way].function}-errors"}


def test_every_alarm_of_the_table_is_made() -> None:
    made = {
        each.inputs["name"].removeprefix("airium-websocket-")
        for each in signalling("prod").of_type("cloudwatch/metricAlarm:MetricAlarm")
    }

    assert set().union(*TABLE.values()) <= made


@pytest.mark.parametrize("way", WAYS)
def test_a_fault_that_is_a_line_is_one_line_that_finds_its_request(way: str) -> None:
    with written() as lines, suppress(ClientError):
        WAYS[way].go(Breakage.DENIED)

    counted = [line for line in lines if fired(WAYS[way].function, [line])]
    assert len(counted) == len(TABLE[way, Breakage.DENIED] - {f"{WAYS[way].function}-errors"})
    assert all(json.loads(line)["correlation_id"] for line in counted)
