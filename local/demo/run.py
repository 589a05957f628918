"""Play the session, show what it left, and judge it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from local import outputs
from local.demo import report
from local.demo.checks import are_all, changes, expected, judge
from local.demo.evidence import Row, Tables, eventually
from local.demo.session import play
from local.errors import LocalError
from local.outputs import Outputs
from local.people import sign_in
from ops.deployment import Deployment, read_outputs
from ops.terminal import Terminal


def demo(file: Path, console: Terminal) -> bool:
    """Play and judge the session on what is up; tell whether all was as it should be."""
    deployed = outputs.load(file)
    if deployed is None:
        raise LocalError(f"{file} does not hold the outputs of the program")
    client = _client(deployed)
    is_answered = "responder_function" in deployed.everything
    is_spoken_with = "voice_session_function" in deployed.everything
    tables = Tables(Deployment(read_outputs(file)), client.user_id)
    metrics = tables.metrics()
    rows: list[Row | None] = []

    def look() -> None:
        rows.append(
            eventually(tables.row, lambda row: row is not None and (row.frames > 0 or not is_spoken_with))
        )

    played = play(client.url, client.headers, look, is_answered=is_answered, is_spoken_with=is_spoken_with)
    counters = changes(played)
    wanted = expected(is_answered=is_answered, is_spoken_with=is_spoken_with)
    after = eventually(tables.row, lambda row: row is not None and row.disconnected)
    events = eventually(tables.events, lambda events: are_all(events, wanted))

    def moved() -> dict[str, int]:
        now = tables.metrics()
        return {name: now[name] - metrics[name] for name in counters}

    movement = eventually(moved, lambda moves: moves == counters)
    checks = list(judge(played, events, rows[0], after, movement))
    for table in (
        report.frames(played),
        report.events(events),
        report.rows(rows[0], after),
        report.metrics(metrics, movement, counters),
        report.verdict(checks),
    ):
        console.print(table)
    return all(check.holds for check in checks)


@dataclass(frozen=True)
class _Client:
    """Who plays the session, and how they say so."""

    user_id: str
    url: str
    headers: Mapping[str, str]


def _client(deployed: Outputs) -> _Client:
    name, session = f"demo-{secrets.token_hex(4)}", {"sessionId": f"demo-{secrets.token_hex(4)}"}
    if deployed.ticket_url is None:
        return _Client(name, f"{deployed.websocket_url}?{urlencode({'userId': name, **session})}", {})
    person = sign_in(deployed, f"{name}@example.com")
    url = f"{deployed.websocket_url}?{urlencode(session)}"
    return _Client(person.user_id, url, {"Authorization": f"Bearer {person.access_token}"})
