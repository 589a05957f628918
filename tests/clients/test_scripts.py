"""What each rule of the client means, as scripts that both clients play."""

from collections.abc import Iterator

import pytest

from tests.clients.scripts import JavaScript, corpus, in_javascript, in_python

SCRIPTS = corpus()


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScript]:
    with in_javascript() as play:
        yield play


@pytest.mark.parametrize("rule", SCRIPTS)
def test_the_client_in_python_keeps_the_rule(rule: str) -> None:
    script, expected = SCRIPTS[rule]

    assert in_python(script) == expected


@pytest.mark.parametrize("rule", SCRIPTS)
def test_the_client_in_javascript_keeps_the_rule(rule: str, javascript: JavaScript) -> None:
    script, expected = SCRIPTS[rule]

    assert javascript(script) == expected
