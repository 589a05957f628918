from pathlib import Path

import pytest

from tests.tools.commands import Commands


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    return Commands(tmp_path)
