"""Nova 2 Sonic by its SDK. This module alone imports it: it is pre-alpha, pinned, and in a layer of its own.

Its fake, `tests/nova/fake`, is kept together with it: what changes here is tried there.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from aws_sdk_bedrock_runtime.client import AsyncBedrockRuntimeClient
from aws_sdk_bedrock_runtime.config import AsyncBedrockRuntimeConfig
from aws_sdk_bedrock_runtime.models import (
    BidirectionalInputPayloadPart,
    InvokeModelWithBidirectionalStreamInputChunk,
    InvokeModelWithBidirectionalStreamOperationInput,
)
from smithy_aws_core.identity.environment import EnvironmentCredentialsResolver
from smithy_http.aio.crt import AWSCRTHTTPClient

LAST_SECONDS: Final = 0.2
"""How long the last frame may take to be sent."""


class Transport(AWSCRTHTTPClient):
    """HTTP/2 by the CRT, since the SDK's usual transport cannot send and receive at the same time."""

    async def _await_response(self, stream: Any) -> Any:
        # the CRT writes in a task whose error nobody asks for: the loop would complain of each broken stream
        writer: asyncio.Task[None] | None = getattr(stream, "_writer", None)
        if writer is not None:
            writer.add_done_callback(_ask_for_error)
        return await super()._await_response(stream)


class BedrockDuplex:
    """A stream of Bedrock, over a connection of its own: who gives it up takes nothing from another."""

    def __init__(self, client: Any, stream: Any, received: Any) -> None:
        self._client = client
        self._stream = stream
        self._received = received

    async def send(self, event: bytes, /) -> None:
        """Send an event, signed."""
        part = BidirectionalInputPayloadPart(bytes_=event)
        await self._stream.input_stream.send(InvokeModelWithBidirectionalStreamInputChunk(value=part))

    async def receive(self) -> bytes | None:
        """Return the next event; raise the exception that ended the stream."""
        while (said := await self._received.receive()) is not None:
            # of a kind that the SDK does not know there are no bytes
            event: bytes | None = getattr(said.value, "bytes_", None)
            if event is not None:
                return event
        return None

    async def close(self) -> None:
        """End what is sent, and close the connection. The stream's own `close` would break into the read."""
        ending = asyncio.ensure_future(self._stream.input_stream.close())
        ending.add_done_callback(_ask_for_error)
        await asyncio.wait({ending}, timeout=LAST_SECONDS)
        # where the model takes nothing more it hangs; without a connection nothing waits any more
        await self._client.close()
        ending.cancel()


async def connect(
    model: str,
    region: str,
    first: Sequence[bytes],
    *,
    endpoint: str | None = None,
    transport: Callable[[], Any] = Transport,
) -> BedrockDuplex:
    """Open a stream of a model, and wait for its answer, however long that takes.

    Parameters
    ----------
    model, region
        The model's id, and where it is asked.
    first
        What the stream begins with.
    endpoint
        Where else it is asked.
    transport
        Makes the connection's transport.
    """
    credentials = EnvironmentCredentialsResolver()
    # with none the SDK never returns, and raises nothing
    await credentials.get_identity(properties={})
    config = await AsyncBedrockRuntimeConfig.resolve(
        region=region,
        endpoint_uri=endpoint or f"https://bedrock-runtime.{region}.amazonaws.com",
        aws_credentials_identity_resolver=credentials,
        transport=transport(),
    )
    client = AsyncBedrockRuntimeClient(config=config)
    try:
        stream = await client.invoke_model_with_bidirectional_stream(
            InvokeModelWithBidirectionalStreamOperationInput(model_id=model)
        )
        received = await _answered(stream, first)
    except BaseException:
        await client.close()
        raise
    return BedrockDuplex(client, stream, received)


async def _answered(stream: Any, first: Sequence[bytes]) -> Any:
    """Send what a stream begins with, and return what is received when the model has answered.

    At the same time: whether the model answers before it is told anything is its own affair, and what is
    sent into a connection that was refused hangs.
    """
    duplex = BedrockDuplex(None, stream, None)

    async def send() -> None:
        for event in first:
            await duplex.send(event)

    sending, answer = asyncio.create_task(send()), asyncio.create_task(stream.await_output())
    await asyncio.wait({sending, answer}, return_when=asyncio.FIRST_EXCEPTION)
    sending.cancel()
    if not answer.done():
        answer.cancel()
        await sending
    _, received = await answer
    return received


def _ask_for_error(task: asyncio.Future[None]) -> None:
    if not task.cancelled():
        task.exception()
