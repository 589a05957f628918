import re
from collections.abc import Iterator
from enum import Enum
from typing import get_args

from pydantic import BaseModel

from functions.domain import refusals
from functions.domain.connections import bases, requests
from functions.domain.connections.counters import Name
from functions.domain.frames import protocol
from functions.domain.log import facts
from infra.settings.settings import Settings
from infra.settings.sizes import Sizes
from tests.docs.markdown import DOCUMENTS, ROOT, names, table
from tests.infra.program import archiving, at_domain, queueing

README = ROOT / "README.md"
PROTOCOL = ROOT / "docs" / "protocol.md"
OPERATIONS = ROOT / "docs" / "operations.md"
FUNCTION = "functions.sizes.<function>"


def settings(group: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every setting and its default, as the table writes them; functions are told once."""
    for field in group.model_fields.values():
        key, default = f"{prefix}{field.alias}", field.default
        if isinstance(default, Sizes):
            yield from settings(type(default.message), f"{prefix}sizes.<function>.")
        elif isinstance(default, BaseModel):
            yield from settings(type(default), f"{key}.")
        else:
            yield key, written(default)


def written(default: object) -> str:
    match default:
        case None | ():
            return "none"
        case tuple():
            return ", ".join(f"`{each}`" for each in default)
        case bool():
            return f"`{str(default).lower()}`"
        case Enum():
            return f"`{default.value}`"
        case float():
            return f"`{default:g}`"
        case _:
            return f"`{default}`"


def test_the_readme_has_every_setting_with_its_default() -> None:
    told = {names(key)[0]: default for key, default, *_ in table(README, "key")}

    assert told == dict(settings())


def test_the_readme_names_every_function_that_has_a_size() -> None:
    (told,) = re.findall(r"^`<function>` is (.+)\.$", README.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(names(told)) == {field.alias for field in Sizes.model_fields.values()}


def test_the_readme_has_every_event() -> None:
    told = [name for row in table(README, "event") for name in names(row[0])]

    assert sorted(told) == sorted(facts.FACTS)


def test_the_readme_has_every_frame_of_a_client() -> None:
    told = [name.split()[0] for row in table(README, "client sends") for name in names(row[0])]

    assert sorted(told) == sorted(protocol.CLIENT_TYPES)


def test_the_readme_has_every_operation_with_its_arguments() -> None:
    told: dict[str, set[str]] = {}
    for row in table(README, "operation"):
        operation = next(iter(names(row[0])), None) or list(told)[-1]  # a row may go on with the one above
        told.setdefault(operation, set()).update(name.split()[0].rstrip("?:") for name in names(row[1]))

    arguments = {
        str(each.__struct_config__.tag): set(each.__struct_encode_fields__)
        for each in get_args(requests.Request)
    }
    assert told == arguments


def test_the_readme_has_every_code_of_the_connection_manager() -> None:
    (told,) = re.findall(
        r'^A refusal is `\{"error".+?` with one of (.+?)\. ', README.read_text(), re.MULTILINE
    )

    assert names(told) == list(get_args(bases.ErrorCode))


def test_the_protocol_has_every_error_code() -> None:
    told = [names(row[0])[0] for row in table(PROTOCOL, "code")]

    assert told == list(get_args(refusals.ErrorCode))


def test_the_runbook_has_every_counter() -> None:
    (told,) = re.findall(r"key `metric` \((.+?)\)", OPERATIONS.read_text(encoding="utf-8"))

    assert set(names(told)) == set(get_args(Name))


def test_documents_name_only_outputs_that_the_program_has() -> None:
    told = {
        name for path in DOCUMENTS for name in re.findall(r"output `(\w+)`", path.read_text(encoding="utf-8"))
    }

    assert told
    assert told <= {name for stack in (archiving, at_domain, queueing) for name in stack("prod").outputs}
