"""Tables in this process, and what the functions need to know to find them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws
from moto.core.models import patch_client

from functions import names
from functions.aws import clients
from tests.tables import Tables, create_tables

REGION = "us-east-1"


@contextmanager
def tables() -> Iterator[tuple[Any, Tables]]:
    """Give a client and fresh tables, with the environment of a function that works on them."""
    secrets = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "benchmark")
    os.environ.update(secrets, AWS_DEFAULT_REGION=REGION)
    with mock_aws():
        client = clients.dynamodb()
        patch_client(client)  # moto knows by itself only the sessions that are younger than its own import
        made = create_tables(client, "benchmark")
        os.environ.update(
            {
                names.EVENTS_TABLE: made.events,
                names.CLAIMS_TABLE: made.claims,
                names.CONNECTIONS_TABLE: made.connections,
                names.METRICS_TABLE: made.metrics,
                names.MESSAGES_TABLE: made.messages,
                names.SESSIONS_TABLE: made.sessions,
                names.FEEDS_TABLE: made.feeds,
                names.DELIVERING_FUNCTION: "feed",
                names.LAMBDA_ENDPOINT: "http://127.0.0.1:9",
                names.RESUMES_PER_MINUTE: "30",
                names.HISTORIES_PER_MINUTE: "30",
                names.CANCELS_PER_MINUTE: "60",
                names.FEED_WINDOW_SECONDS: "86400",
                names.ENGINE: names.ENGINE_SCRIPT,
                names.HISTORY_TURNS: "20",
                names.HISTORY_TOKENS: "4000",
                names.TOKENS_BESIDE_QUESTION: "5028",
                "AWS_REGION": REGION,
                names.RETENTION_DAYS: "90",
                names.TEXTS_PER_MINUTE: "60",
                names.TEXT_BYTES_PER_MINUTE: "120000",
                names.VOICE_SESSIONS_PER_MINUTE: "6",
                names.MANAGEMENT_ENDPOINT: "http://127.0.0.1:9/prod",
                names.LOG_LEVEL: "ERROR",
            }
        )
        yield client, made
