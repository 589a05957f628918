"""No line of a handler ever holds a text, a token or a ticket, at any level, whatever happens."""

import traceback

import pytest

from functions.domain.identity.denials import Denial
from tests.issuer import issuing
from tests.signals.alarms import written
from tests.signals.faults import Breakage
from tests.signals.scenes import SCENES, SECRETS, Scene
from tests.signals.test_denials import EXAMPLES, TICKET, Door
from tests.signals.ways import WAYS

TOKENS_BEGIN = "eyJ"
"""Every JWT does: its header is a JSON object, in base64."""


def told(scene: Scene) -> str:
    """Return what a scene writes, and what it raises, which Lambda writes."""
    raised = ""
    with written("DEBUG") as lines:
        try:
            scene()
        except Exception:  # noqa: BLE001 - whatever it is, it ends in the log
            raised = traceback.format_exc()
    return "\n".join([*lines, raised])


def revealed(text: str) -> list[str]:
    return [secret for secret in (*SECRETS, TOKENS_BEGIN, TICKET) if secret in text]


@pytest.mark.parametrize(("function", "scene"), SCENES)
def test_no_line_repeats_what_was_said_or_shown(function: str, scene: str) -> None:
    text = told(SCENES[function, scene])

    assert text
    assert revealed(text) == []


@pytest.mark.parametrize("breakage", Breakage)
@pytest.mark.parametrize("way", WAYS)
def test_no_line_of_a_fault_repeats_what_was_said_or_shown(way: str, breakage: Breakage) -> None:
    text = told(lambda: WAYS[way].go(breakage))

    assert revealed(text) == []
    assert "hello" not in text


@pytest.mark.parametrize("denial", Denial)
def test_no_line_of_a_denial_repeats_what_was_shown(denial: Denial) -> None:
    with issuing() as issuer:
        text = told(lambda: EXAMPLES[denial](Door(issuer)))

    assert text
    assert revealed(text) == []


def test_a_line_that_reveals_something_would_be_seen() -> None:
    assert revealed(f"denied: Bearer {TOKENS_BEGIN}hbGciOi") == [TOKENS_BEGIN]


def test_every_function_has_scenes() -> None:
    assert {function for function, _ in SCENES} == {way.function for way in WAYS.values()}
