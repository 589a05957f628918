import ast
import json
from typing import Any, get_args

import msgspec
import pytest
import yaml  # type: ignore[import-untyped]  # the stubs are one more dependency for a few lines

from functions.domain.connections import requests
from functions.domain.frames import parsing, protocol
from functions.domain.live.changes import Told
from infra.policy import Statement
from infra.settings.settings import Settings
from tests.docs.markdown import ROOT, Block, blocks

PROJECT = "airium-realtime:"


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_an_example_is_what_it_says(block: Block) -> None:
    example: dict[str, Any] = json.loads(block.text)

    if "Condition" in example:
        assert example["Condition"] == Statement([], [], ["session#*"]).encoded["Condition"]
    elif "kind" in example:
        assert json.loads(msgspec.json.encode(msgspec.json.decode(block.text, type=Told))) == example
    elif "operation" in example:
        requests.parse(example)
    elif example["type"] in protocol.CLIENT_TYPES:
        parsing.parse(block.text)
    else:
        msgspec.json.decode(block.text, type=protocol.Sent)


def test_every_type_of_frame_has_an_example() -> None:
    examples = {
        json.loads(block.text)["type"]
        for block in blocks("json")
        if block.path == ROOT / "docs" / "protocol.md"
    }

    answers = {str(answer.__struct_config__.tag) for answer in get_args(protocol.Sent)}
    assert examples == protocol.CLIENT_TYPES | answers


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_an_example_of_a_stack_file_is_valid(block: Block) -> None:
    config = yaml.safe_load(block.text)["config"]

    ours = {key.removeprefix(PROJECT): value for key, value in config.items() if key.startswith(PROJECT)}

    assert Settings.model_validate(ours)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_an_example_in_python_is_python(block: Block) -> None:
    assert ast.parse(block.text).body


def test_every_block_has_a_language_that_is_checked_or_is_not_code() -> None:
    languages = {block.language for block in blocks("", "bash", "console", "shell", "javascript", "toml")}

    assert languages == set()
