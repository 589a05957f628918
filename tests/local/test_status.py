import pytest

from local import status


@pytest.mark.parametrize(
    ("python", "told"), [((3, 11), "on Python 3.11 nobody else"), ((3, 12), "an echo answers")]
)
def test_who_speaks_is_told_by_the_python_that_can_deploy_them(python: tuple[int, int], told: str) -> None:
    assert told in status.who_answers(python)
