"""A bug seeded on purpose: an edit of the code that still runs."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutation:
    """One bug: in a file, this text, which occurs once, becomes that one."""

    name: str
    file: str
    old: str
    new: str
    why: str

    def apply(self, root: Path) -> None:
        """Edit the file below a root; raises `ValueError` unless the text occurs once."""
        path = root / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            msg = f"{self.name}: the text occurs {text.count(self.old)} times in {self.file}"
            raise ValueError(msg)
        path.write_text(text.replace(self.old, self.new))
