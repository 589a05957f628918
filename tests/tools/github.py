"""Stands in for `gh api` on a pull request's comments: ``python -m tests.tools.github FILE ARGUMENT...``.

The file has the thread, and what goes wrong with it. Pages, bodies and errors are as with gh 2.
"""

import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
THREAD = "repos/airium/realtime/issues/7/comments"
ONE = "repos/airium/realtime/issues/comments/"
LONGEST = 65_536
"""Characters that a comment may have."""


@dataclass
class Thread:
    """The comments of a pull request, and what will go wrong with them."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    """Comments that are deleted as soon as they have been listed."""
    broken: str = ""
    """What is said to everything."""

    def write(self, author: str | None, body: str) -> int:
        """Add a comment, and return its id."""
        number = 1000 + len(self.comments)
        self.comments.append({"id": number, "user": author and {"login": author}, "body": body})
        return number

    def by(self, author: str) -> list[str]:
        """Return what an author has written, as it stands."""
        return [each["body"] for each in self.comments if (each["user"] or {}).get("login") == author]


class HttpError(Exception):
    """A status that is no success, with what GitHub says."""


def answer(thread: Thread, arguments: list[str], given: str) -> str:
    """Do what is asked, and return what gh would print."""
    if thread.broken:
        raise HttpError(thread.broken)
    assert arguments[0] == "api"
    path = urlsplit(next(each for each in arguments if each.startswith("repos/")))
    method = arguments[arguments.index("--method") + 1] if "--method" in arguments else "GET"
    match method, path.path:
        case "GET", address if address == THREAD:
            return _listed(thread, arguments, int(parse_qs(path.query).get("per_page", ["30"])[0]))
        case "POST", address if address == THREAD:
            number = thread.write(BOT, _body(given))
            return json.dumps(thread.comments[-1] | {"id": number})
        case "PATCH", address if address.startswith(ONE):
            number = int(address.removeprefix(ONE))
            found = next((each for each in thread.comments if each["id"] == number), None)
            if found is None:
                raise HttpError("Not Found (HTTP 404)")
            found["body"] = _body(given)
            return json.dumps(found)
    raise HttpError("Not Found (HTTP 404)")


def _listed(thread: Thread, arguments: list[str], size: int) -> str:
    assert size <= 100  # GitHub gives no more
    all_pages = [thread.comments[start : start + size] for start in range(0, len(thread.comments), size)] or [
        []
    ]
    pages = all_pages if "--paginate" in arguments else all_pages[:1]
    printed = json.dumps(pages) if "--slurp" in arguments else "".join(map(json.dumps, pages))
    thread.comments = [each for each in thread.comments if each["id"] not in thread.gone]
    return printed


def _body(given: str) -> str:
    body: str = json.loads(given)["body"]
    if len(body) > LONGEST:
        raise HttpError("Validation Failed (HTTP 422)")
    return body


def main(file: str, *arguments: str) -> None:
    """Answer one call, and keep the thread."""
    thread = Thread(**json.loads(Path(file).read_text()))
    given = sys.stdin.read() if "--input" in arguments else ""
    try:
        print(answer(thread, list(arguments), given))
    except HttpError as problem:
        print(json.dumps({"message": str(problem)}))
        sys.exit(f"gh: {problem}")
    Path(file).write_text(json.dumps(asdict(thread)))


if __name__ == "__main__":
    main(*sys.argv[1:])
