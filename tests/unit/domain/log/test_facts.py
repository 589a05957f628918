"""The types of events and their versions."""

from functions.domain.log.facts import FACTS, VERSIONS


def test_every_type_has_a_version() -> None:
    assert set(VERSIONS) == set(FACTS)
    assert len(FACTS) == 15
