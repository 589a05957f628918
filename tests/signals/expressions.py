"""Evaluates an alarm on several metrics for one period, as CloudWatch does: the emulator evaluates none.

The expressions are the few of the program, which are arithmetic of Python with the functions below.
"""

from collections.abc import Mapping
from typing import Any

from tests.infra.program import Evaluation


def rings(evaluation: Evaluation, alarm: str, values: Mapping[str, float]) -> bool:
    """Tell whether an alarm is bad in a period in which its metrics have these values, by their ids.

    A metric that is left out has no data.
    """
    inputs = evaluation.named(f"alarms-{alarm}").inputs
    ids = [query["id"] for query in inputs["metricQueries"] if "metric" in query]
    assert values.keys() <= set(ids), f"{alarm} has the metrics {ids}"
    (expression,) = [query["expression"] for query in inputs["metricQueries"] if "expression" in query]
    known = {id_: values.get(id_) for id_ in ids}
    functions = {"IF": _if, "FILL": _fill, "SUM": sum, "METRICS": lambda: _there(known)}
    result = eval(expression, {"__builtins__": {}}, {**functions, **known})  # noqa: S307 - it is the program's own
    return bool(result > inputs["threshold"])


def _if(condition: bool, then: float, otherwise: float) -> float:  # noqa: FBT001 - CloudWatch's own order
    return then if condition else otherwise


def _fill(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _there(known: Mapping[str, Any]) -> list[float]:
    return [value for value in known.values() if value is not None]
