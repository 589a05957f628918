"""Messages that are moved while what becomes of them is still being projected."""

from functions.aws.attributes import Item
from functions.domain.log.facts import ReplyFailed
from functions.domain.log.redaction import pseudonym
from ops.erasure.messages import move_all
from tests.ops.erasure.persons import OPENED, PERSON, SESSION, TEXT, WORDS, Scene, did
from tests.stage import NOW, Requests

NOBODY = pseudonym("A" * 20)
FAILED = did("c1", ReplyFailed(TEXT.event_id, f"no answer to {WORDS}"), 2_000)


def moved(scene: Scene) -> int:
    return move_all(scene.deployment, PERSON, [SESSION], {"c1": NOBODY}, NOW)


def messages(scene: Scene) -> list[Item]:
    return scene.stage.items(scene.stage.tables.messages)


def test_the_reason_of_a_failure_is_blanked_with_the_text(scene: Scene) -> None:
    scene.begin(OPENED, TEXT, FAILED)

    assert moved(scene) == 1

    [message] = messages(scene)
    assert (message["conversation"], message["user_id"], message["text"]) == (
        {"S": NOBODY},
        {"S": NOBODY},
        {"S": ""},
    )
    assert message["outcome"]["M"]["reason"] == {"S": ""}
    assert message["status"] == {"S": "failed"}


def test_an_outcome_that_is_projected_after_its_text_was_moved_is_joined_to_it(scene: Scene) -> None:
    scene.begin(OPENED, TEXT)
    moved(scene)
    scene.stage.happen(FAILED)

    assert moved(scene) == 1

    [message] = messages(scene)
    assert (message["conversation"], message["status"]) == ({"S": NOBODY}, {"S": "failed"})
    assert message["outcome"]["M"]["reason"] == {"S": ""}


def test_a_text_that_is_projected_after_its_outcome_was_moved_is_joined_to_it(scene: Scene) -> None:
    scene.begin(OPENED, FAILED)
    moved(scene)
    scene.stage.happen(TEXT)

    assert moved(scene) == 1

    [message] = messages(scene)
    assert (message["status"], message["text"]) == ({"S": "failed"}, {"S": ""})


def test_a_text_whose_outcome_is_projected_between_its_reading_and_its_move_is_read_again(
    scene: Scene,
) -> None:
    scene.begin(OPENED, TEXT)
    Requests(scene.deployment.client).at_next("TransactWriteItems", lambda: scene.stage.happen(FAILED))

    assert moved(scene) == 1

    [message] = messages(scene)
    assert (message["conversation"], message["status"]) == ({"S": NOBODY}, {"S": "failed"})
