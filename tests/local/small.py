"""Copies of the small program, changed as a developer would change it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # it ships no types

SOURCE = Path(__file__).parent / "program"
HANDLER = 'def handler(event, context):\n    print("called")\n    return {"statusCode": 200, "body": "%s"}\n'


@dataclass(frozen=True)
class SmallProgram:
    root: Path

    @classmethod
    def copied(cls, folder: Path) -> "SmallProgram":
        shutil.copytree(SOURCE, folder)
        return cls(folder)

    def set(self, key: str, value: str) -> None:
        path = self.root / "Pulumi.local.yaml"
        content = yaml.safe_load(path.read_text())
        content["config"][f"airium-realtime:{key}"] = value
        path.write_text(yaml.safe_dump(content))

    def answers(self, body: str) -> None:
        self.set("handler", HANDLER % body)
