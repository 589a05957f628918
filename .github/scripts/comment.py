"""Keeps one comment on a pull request, which shows what it would change: ``comment.py FOLDER STACK...``."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

MARK: Final = "<!-- airium-realtime: previews -->"
"""The comment's first line, by which it is found again."""
AUTHOR: Final = "github-actions[bot]"
"""Whose comment it is: anybody can write the mark."""
MOST: Final = 65_535
"""Characters that GitHub takes. Bytes are counted, of which a text never has fewer, however they count."""
LONGEST: Final = 1_000
"""Characters of a line that are shown."""
CODE: Final = "    "
"""What makes a line code whatever is in it, while a fence could be closed by what is shown."""
SPARE: Final = 100
"""Bytes for the line that says what is left out."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preview said, and its exit status: None if it never ended."""

    stack: str
    text: str
    status: int | None

    @property
    def verdict(self) -> str:
        """What it comes to, in a few words."""
        if self.status is None:
            return "there is no preview"
        if self.status:
            return f"the preview failed (exit status {self.status})"
        return changes(self.text) or "previewed"


def changes(text: str) -> str:
    """Return how many resources would be created, updated and so on, from the lines under ``Resources:``."""
    _, heading, after = text.rpartition("\nResources:\n")
    counts = (re.fullmatch(r" +[^\w\n]*(\d[\w. ]{1,60})", line) for line in after.splitlines())
    return ", ".join(count[1] for count in takewhile(bool, counts) if count) if heading else ""


def code(text: str) -> list[str]:
    """Return the lines of a text as a block of code, in which nothing is markup and every letter is seen."""
    lines = [line[:LONGEST] for line in text.expandtabs().splitlines()]
    return [CODE + "".join(each if each.isprintable() else "�" for each in line) for line in lines]


def cut(lines: list[str], most: int) -> list[str]:
    """Return lines in at most so many bytes: the first ones, and the last ones, which tell of errors."""
    if size(lines) <= most:
        return lines
    head = fitting(lines, (most - SPARE) * 2 // 3)
    tail = fitting(reversed(lines), (most - SPARE) // 3)[::-1]
    return [*head, "", f"… {len(lines) - len(head) - len(tail)} lines are in the run alone …", "", *tail]


def fitting(lines: Iterable[str], most: int) -> list[str]:
    """Return the first lines, as many as have room in so many bytes."""
    found: list[str] = []
    for line in lines:
        most -= size([line])
        if most < 0:
            break
        found.append(line)
    return found


def size(lines: list[str]) -> int:
    """Return the bytes of lines, each with its end."""
    return sum(len(line.encode()) + 1 for line in lines)


def comment(previews: list[Preview], commit: str, run: str) -> str:
    """Return the comment's text; previews that are too long share the room that short ones leave."""
    blocks = {each.stack: code(each.text) for each in previews}
    room = MOST - size([_filled(previews, {}, commit, run)])
    shortest_first = sorted(blocks, key=lambda stack: size(blocks[stack]))
    for number, stack in enumerate(shortest_first):
        blocks[stack] = cut(blocks[stack], room // (len(blocks) - number))
        room -= size(blocks[stack])
    return _filled(previews, blocks, commit, run)


def _filled(previews: list[Preview], blocks: dict[str, list[str]], commit: str, run: str) -> str:
    lines = [MARK, f"What {commit} would change, by [its run]({run}):", ""]
    for each in previews:
        lines += [f"<details><summary><b>{each.stack}</b>: {each.verdict}</summary>", ""]
        lines += [*blocks.get(each.stack, []), "", "</details>", ""]
    return "\n".join(lines)


def read(folder: Path, stack: str) -> Preview:
    """Read what the preview of a stack left behind, if it was made."""
    text, status = folder / f"{stack}.txt", folder / f"{stack}.status"
    return Preview(
        stack,
        text.read_text(encoding="utf-8", errors="replace") if text.exists() else "",
        int(status.read_text()) if status.exists() else None,
    )


class GitHubError(Exception):
    """What GitHub says that it will not do."""


def ask(*arguments: str, body: str | None = None) -> Any:
    """Ask GitHub's API, and return its answer; the body goes by the standard input, which has no bound."""
    given = [] if body is None else ["--input", "-"]
    done = subprocess.run(  # noqa: S603 - arguments of ours
        ["gh", "api", *arguments, *given],  # noqa: S607 - as the runner has it
        input=json.dumps({"body": body}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise GitHubError(done.stderr.strip())
    return json.loads(done.stdout)


def keep(thread: str, comments: str, body: str) -> None:
    """Change the comment of an earlier run, wherever in the thread it is, or write one."""
    pages = ask("--paginate", "--slurp", f"{thread}?per_page=100")
    own = [
        each["id"]
        for page in pages
        for each in page
        if (each["user"] or {}).get("login") == AUTHOR and each["body"].startswith(MARK)
    ]
    if own:
        try:
            ask("--method", "PATCH", f"{comments}/{own[0]}", body=body)
        except GitHubError as problem:
            if "HTTP 404" not in str(problem):
                raise
        else:
            return
    # there was none, or it has been deleted since
    ask("--method", "POST", thread, body=body)


def main(folder: str, *stacks: str) -> None:
    """Keep the comment of the pull request that the environment names."""
    given = os.environ
    issues = f"repos/{given['GITHUB_REPOSITORY']}/issues"
    run = f"{given['GITHUB_SERVER_URL']}/{given['GITHUB_REPOSITORY']}/actions/runs/{given['GITHUB_RUN_ID']}"
    previews = [read(Path(folder), stack) for stack in stacks]
    try:
        keep(
            f"{issues}/{given['PULL_REQUEST']}/comments",
            f"{issues}/comments",
            comment(previews, given["COMMIT"], run),
        )
    except GitHubError as problem:
        sys.exit(f"::error::the comment could not be written: {problem}")


if __name__ == "__main__":
    main(*sys.argv[1:])
