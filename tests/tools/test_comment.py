"""The comment on a pull request: one, found again however long the thread is, and whatever a preview says."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.infra.program import ROOT
from tests.tools.commands import SCRIPTS, Answer, Commands
from tests.tools.github import BOT, LONGEST, Thread

RESOURCES = "\nResources:\n    + 3 to create\n    +-1 to replace\n    4 changes. 109 unchanged\n"
DIFF = f"Previewing update (dev):\n    + aws:dynamodb/table:Table: (create)\n{RESOURCES}"


def _script() -> Any:
    spec = importlib.util.spec_from_file_location("comment", SCRIPTS / "comment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclass looks for its annotations
    spec.loader.exec_module(module)
    return module


script = _script()


class PullRequest:
    """A pull request with its thread, on which the script is run."""

    def __init__(self, commands: Commands) -> None:
        self.thread = Thread()
        self._commands = commands
        self._file = commands.folder / "thread.json"
        self._previews = commands.folder / "preview"
        self._previews.mkdir()
        commands.write("bin/gh", f'exec {sys.executable} -S -m tests.tools.github {self._file} "$@"')

    def unmake(self, stack: str) -> None:
        for each in self._previews.glob(f"{stack}.*"):
            each.unlink()

    def preview(self, stack: str, text: str, status: int = 0) -> None:
        (self._previews / f"{stack}.txt").write_text(text)
        (self._previews / f"{stack}.status").write_text(f"{status}\n")

    def comment(self) -> subprocess.CompletedProcess[str]:
        self._file.write_text(json.dumps(asdict(self.thread)))
        done = self._commands.run(
            "comment.py",
            "preview",
            "dev",
            "prod",
            PYTHONPATH=str(ROOT),
            PULL_REQUEST="7",
            COMMIT="c0ffee",
            GITHUB_SERVER_URL="https://github.com",
            GITHUB_RUN_ID="42",
        )
        self.thread = Thread(**json.loads(self._file.read_text()))
        return done


@pytest.fixture
def pull_request(commands: Commands) -> PullRequest:
    made = PullRequest(commands)
    made.preview("dev", DIFF)
    made.preview("prod", DIFF)
    return made


def codes(body: str) -> list[str]:
    """Return the blocks of code of a comment, as a reader of Markdown finds them."""
    return [each.content for each in MarkdownIt().parse(body) if each.type == "code_block"]


def test_the_first_run_writes_a_comment(pull_request: PullRequest) -> None:
    done = pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "What c0ffee would change, by [its run](https://github.com/airium/realtime/actions/runs/42)" in body
    )
    assert "<b>dev</b>: 3 to create, 1 to replace, 4 changes. 109 unchanged" in body
    assert codes(body) == [DIFF, DIFF]


def test_a_later_run_changes_it(pull_request: PullRequest) -> None:
    pull_request.comment()
    pull_request.preview("dev", "nothing changes")

    pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    assert codes(body) == ["nothing changes\n", DIFF]


@pytest.mark.parametrize("before", [0, 40, 249])
def test_it_is_found_again_wherever_it_is_among_250(pull_request: PullRequest, before: int) -> None:
    for number in range(before):
        pull_request.thread.write("ada", f"remark {number}")
    pull_request.comment()
    for number in range(before, 249):
        pull_request.thread.write("ada", f"remark {number}")

    pull_request.preview("dev", "changed")
    pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    assert len(pull_request.thread.comments) == 250
    assert "changed\n" in codes(body)


@pytest.mark.parametrize("author", ["ada", "other[bot]", None])
def test_what_others_have_written_is_left_alone(pull_request: PullRequest, author: str | None) -> None:
    theirs = f"{script.MARK}\nmine"
    pull_request.thread.write(author, theirs)

    pull_request.comment()

    assert pull_request.thread.comments[0]["body"] == theirs
    assert len(pull_request.thread.by(BOT)) == 1


def test_what_the_bot_has_written_for_others_is_left_alone(pull_request: PullRequest) -> None:
    pull_request.thread.write(BOT, f"coverage, quoting\n{script.MARK}")

    pull_request.comment()

    assert len(pull_request.thread.by(BOT)) == 2


def test_one_that_was_deleted_is_written_anew(pull_request: PullRequest) -> None:
    pull_request.comment()
    pull_request.thread.comments.clear()

    pull_request.comment()

    assert len(pull_request.thread.by(BOT)) == 1


def test_one_that_is_deleted_while_it_is_looked_for_is_written_anew(pull_request: PullRequest) -> None:
    pull_request.thread.gone = [pull_request.thread.write(BOT, script.MARK)]

    done = pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert codes(body) == [DIFF, DIFF]


@pytest.mark.parametrize("said", ["Service Unavailable (HTTP 503)", "Resource not accessible (HTTP 403)"])
def test_what_github_refuses_fails_and_is_told(pull_request: PullRequest, said: str) -> None:
    pull_request.thread.broken = said

    done = pull_request.comment()

    assert done.returncode == 1
    assert done.stderr == f"::error::the comment could not be written: gh: {said}\n"


def test_a_preview_that_failed_says_so_with_what_it_said(pull_request: PullRequest) -> None:
    pull_request.preview("prod", "error: no credentials", status=255)

    done = pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    assert done.returncode == 0  # the failed job is the preview's
    assert "<b>prod</b>: the preview failed (exit status 255)" in body
    assert "error: no credentials\n" in codes(body)


def test_what_the_preview_keeps_is_what_the_comment_reads(
    commands: Commands, pull_request: PullRequest
) -> None:
    commands.stand_in("pulumi", Answer("preview", err="error: the policy is broken\n", status=[255]))

    previewed = commands.run("preview", "prod")
    pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    assert previewed.returncode == 255
    assert "<b>prod</b>: the preview failed (exit status 255)" in body
    assert codes(body) == [DIFF, "error: the policy is broken\n"]


def test_a_preview_that_was_never_made_is_missed(pull_request: PullRequest) -> None:
    pull_request.unmake("prod")

    pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    assert "<b>prod</b>: there is no preview" in body


def test_200_kb_are_cut_and_keep_their_end_and_the_other_stack(pull_request: PullRequest) -> None:
    many = "".join(f"    + resource {number:05}\n" for number in range(9_000))
    pull_request.preview("dev", f"begun\n{many}{RESOURCES}error: the policy open-permissions is broken\n")

    done = pull_request.comment()

    (body,) = pull_request.thread.by(BOT)
    head, tail, other = codes(body)
    assert done.stderr == ""
    assert 64_000 < len(body) <= 65_535
    assert head.startswith("begun\n    + resource 00000\n")
    assert tail.endswith("4 changes. 109 unchanged\nerror: the policy open-permissions is broken\n")
    assert other == DIFF
    left_out = 9_007 - len(head.splitlines()) - len(tail.splitlines())
    assert f"… {left_out} lines are in the run alone …" in body


def written(*texts: str) -> str:
    """Return the comment on previews that said this and that."""
    previews = [script.Preview(f"stack-{number}", text, 0) for number, text in enumerate(texts)]
    body: str = script.comment(previews, "c0ffee", "https://github.com")
    return body


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "<" * 200_000, "é" * 200_000, "😀\n" * 60_000, "`" * 200_000, "\n" * 200_000]
)
def test_whatever_is_long_fits(text: str) -> None:
    assert len(written(text, text).encode()) <= script.MOST < LONGEST


def test_a_long_line_shows_how_it_begins() -> None:
    assert codes(written("x" * 200_000)) == ["x" * 1_000 + "\n"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("```\n</details>\n@everybody\n```", "```\n</details>\n@everybody\n```\n"),
        ("~~~~~~\n~~~~~~~\n", "~~~~~~\n~~~~~~~\n"),
        ("<!-- airium -->\n<script>\n</pre>", "<!-- airium -->\n<script>\n</pre>\n"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m\n"),
        ("a\rb\x0bc\u2028d", "a\nb\nc\nd\n"),
        ("an end that \u202eis turned", "an end that �is turned\n"),
        ("\tone", "        one\n"),
    ],
)
def test_what_looks_like_markup_is_shown_as_it_is(text: str, shown: str) -> None:
    assert codes(written(text, DIFF)) == [shown, DIFF]


@pytest.mark.parametrize("forged", ["    + 3 to create</summary>\n", "    <b>0</b> to delete\n", "9 lives\n"])
def test_no_markup_gets_into_the_line_of_a_stack(forged: str) -> None:
    assert script.changes(f"\nResources:\n{forged}") == ""


@given(texts=st.lists(st.text(max_size=200), min_size=1, max_size=3), times=st.integers(1, 600))
def test_any_text_fits_and_leaves_no_code_open(texts: list[str], times: int) -> None:
    body = written(*(text * times for text in texts))

    html = [each.content for each in MarkdownIt().parse(body) if each.type == "html_block"]
    assert len(body.encode()) <= script.MOST
    assert [each for each in html if "</details>" in each] == ["</details>\n"] * len(texts)
