import json
from pathlib import Path

import pytest

from tests.docs.markdown import Block, blocks
from tests.infra.program import Registration, evaluated

KEPT = [each for each in evaluated("prod").registrations if each.protect]


def entry(each: Registration) -> dict[str, object]:
    """Give what `pulumi preview --import-file` writes for a resource that it would make."""
    written = {"type": each.type, "name": each.name}
    return written | ({"id": "<PLACEHOLDER>"} if each.custom else {"component": True})


def components_of(each: Registration) -> set[str]:
    """Give the types of the components that a resource is in; under mocks, a URN names the innermost."""
    ours = [found for found in evaluated("prod").registrations if not found.custom]
    inner = [found for found in ours if f"::{found.type}$" in each.urn]
    return {found.type for found in inner}.union(*(components_of(found) for found in inner))


@pytest.fixture
def adopted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Give what the runbook's script leaves of the file for `prod`."""
    (script,) = [block for block in blocks("python") if "adopt.json" in block.text]
    everything = {"resources": [entry(each) for each in evaluated("prod").registrations]}
    (tmp_path / "adopt.json").write_text(json.dumps(everything))
    monkeypatch.chdir(tmp_path)
    run(script)
    resources: list[dict[str, str]] = json.loads((tmp_path / "adopt.json").read_text())["resources"]
    return resources


def run(script: Block) -> None:
    exec(compile(script.text, str(script), "exec"), {})  # noqa: S102 - the project's own document


def test_all_that_is_kept_is_adopted_under_its_id_and_nothing_else(adopted: list[dict[str, str]]) -> None:
    ids = {each["name"]: each["id"] for each in adopted if "id" in each}

    tables = {each.name: each.inputs["name"] for each in KEPT if each.type.endswith(":Table")}
    assert ids.keys() == {each.name for each in KEPT}
    assert tables.items() <= ids.items()
    assert len(tables) == 7
    assert ids["users-client"].startswith(f"{ids['users-pool']}/")


def test_what_is_adopted_comes_with_the_components_that_it_is_in(adopted: list[dict[str, str]]) -> None:
    components = {each["type"] for each in adopted if each.get("component")}

    assert components == {component for each in KEPT for component in components_of(each)}


def test_no_other_resource_has_the_name_of_one_that_is_adopted(adopted: list[dict[str, str]]) -> None:
    names = [each.name for each in evaluated("prod").registrations]

    assert [name for name in (each["name"] for each in adopted) if names.count(name) != 1] == []
