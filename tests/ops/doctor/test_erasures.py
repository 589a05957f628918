"""A doctor finds who is still named although they were forgotten, and says how that is mended."""

from functions.domain.log.facts import ConnectionClosed
from ops.doctor.erasures import erasures
from ops.doctor.findings import Verdict
from ops.doctor.stack import Patient
from ops.erasure.register import Erasure, Register
from tests.ops.erasure.persons import EVERYTHING, PERSON, Scene, did
from tests.stage import NOW, Stage


def test_where_nobody_was_forgotten_nothing_is_wrong(stage: Stage) -> None:
    [found] = erasures(Patient(stage.deployment))

    assert found.verdict is Verdict.FINE


def test_who_was_forgotten_and_is_not_named_any_more_is_fine(stage: Stage) -> None:
    scene = Scene(stage, stage.deployment)
    scene.begin(*EVERYTHING)
    scene.forget()

    [found] = erasures(Patient(stage.deployment))

    assert found.verdict is Verdict.FINE


def test_what_came_late_is_wrong_until_another_run(stage: Stage) -> None:
    scene = Scene(stage, stage.deployment)
    scene.begin(*EVERYTHING)
    scene.forget()
    stage.happen(did("c1", ConnectionClosed(), 9_000), did("c2", ConnectionClosed(), 9_000))

    [found] = erasures(Patient(stage.deployment))
    scene.forget()
    [after] = erasures(Patient(stage.deployment))

    assert (found.verdict, found.what) == (
        Verdict.WRONG,
        f"2 events that came late name {PERSON}, who was forgotten",
    )
    assert found.fix == f"`ops forget --user {PERSON}` redacts them too"
    assert after.verdict is Verdict.FINE


def test_an_erasure_that_is_not_finished_is_wrong(stage: Stage) -> None:
    Register(stage.client, stage.tables.metrics).begin(Erasure("~nobody", NOW, PERSON))

    [found] = erasures(Patient(stage.deployment))

    assert found.verdict is Verdict.WRONG
    assert found.what == f"the erasure of {PERSON} was begun on 2026-11-23 05:13 UTC and is not finished"
