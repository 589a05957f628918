"""What a rebuild repairs: long speech, lost metrics, rows that nobody can read."""

from functions.domain.log.facts import ConnectionOpened, VoiceSessionEnded, VoiceSessionStarted
from ops.deployment import Deployment
from ops.read_models.rebuild import Rebuilt, rebuild
from ops.read_models.verify import verify
from tests.ops.wrongs import HISTORY, clock
from tests.stage import Stage, happened


def run(deployment: Deployment) -> Rebuilt:
    return rebuild(deployment, wait_seconds=0, now=clock, sleep=lambda _seconds: None)


def differences(deployment: Deployment) -> tuple[object, ...]:
    return verify(deployment, at_rest=True, now=clock).differences


def test_speech_in_every_minute_of_two_hours_is_refolded(stage: Stage, deployment: Deployment) -> None:
    talk = [happened("talker", ConnectionOpened())]
    for minute in range(120):
        started = happened("talker", VoiceSessionStarted(16_000, "lpcm"), minute * 60_000)
        ended = VoiceSessionEnded(started.event_id, 10, 1, "client")
        talk += [started, happened("talker", ended, minute * 60_000 + 1_500)]
    stage.append(*talk)
    for part in range(0, len(talk), 40):
        stage.project(*talk[part : part + 40])
    before = differences(deployment)

    run(deployment)

    assert before == ()
    assert differences(deployment) == ()


def test_a_burst_of_two_hours_of_speech_is_projected(stage: Stage, deployment: Deployment) -> None:
    sessions = [
        happened("talker", VoiceSessionStarted(16_000, "lpcm"), minute * 60_000) for minute in range(120)
    ]

    stage.happen(*sessions)

    assert differences(deployment) == ()


def test_lost_metrics_are_made_again_whatever_was_rebuilt_before(
    stage: Stage, deployment: Deployment
) -> None:
    stage.happen(*HISTORY)
    run(deployment)
    run(deployment)
    for item in stage.items(stage.tables.metrics):
        key = {name: item[name] for name in ("metric", "bucket")}
        stage.client.delete_item(TableName=stage.tables.metrics, Key=key)

    done = run(deployment)

    assert done.generation == 4
    assert differences(deployment) == ()


def test_a_row_that_cannot_be_read_is_made_again(stage: Stage, deployment: Deployment) -> None:
    stage.happen(*HISTORY)
    broken = {name: value for name, value in stage.row("c1").items() if name != "lastActivity"}
    stage.client.put_item(TableName=stage.tables.connections, Item=broken)

    run(deployment)

    assert differences(deployment) == ()
