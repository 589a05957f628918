"""What the operators' commands reach a deployment with."""

from typing import Any

import pytest

from ops.deployment import THREADS, Deployment, Outputs

CLIENTS = ["client", "streams", "queues"]


def made(which: str, **changes: Any) -> Any:
    values: dict[str, Any] = {
        **dict.fromkeys(
            ("events_table", "connections_table", "messages_table", "sessions_table", "metrics_table"),
            "table",
        ),
        "projector_failure_queue": "https://sqs.eu-west-1.amazonaws.com/123456789012/failures",
        "region": "eu-west-1",
        "retention_days": 90,
        "projector_timeout_seconds": 60,
    }
    return getattr(Deployment(Outputs(**{**values, **changes})), which)


@pytest.mark.parametrize("which", CLIENTS)
def test_on_aws_an_operator_is_patient_and_gives_way_to_the_handlers(which: str) -> None:
    client = made(which)

    assert client.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 10}
    assert client.meta.endpoint_url.endswith(".eu-west-1.amazonaws.com")


@pytest.mark.parametrize("which", CLIENTS)
def test_an_emulator_that_does_not_answer_is_given_up_soon(which: str) -> None:
    client = made(which, aws_endpoint_url="http://127.0.0.1:9")

    assert client.meta.config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert client.meta.endpoint_url == "http://127.0.0.1:9"


@pytest.mark.parametrize("which", CLIENTS)
@pytest.mark.parametrize("where", [{}, {"aws_endpoint_url": "http://127.0.0.1:9"}])
def test_a_call_waits_a_bounded_time_and_all_threads_have_a_connection(which: str, where: Any) -> None:
    config = made(which, **where).meta.config

    assert (config.connect_timeout, config.read_timeout) == (3, 20)
    assert config.max_pool_connections >= THREADS
