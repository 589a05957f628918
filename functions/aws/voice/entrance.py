"""Makes of the environment what the frames of speech are acted on with, in the function that takes them."""

import os
from typing import TYPE_CHECKING, Final

from functions import names
from functions.aws import clients
from functions.aws.environment import dynamodb_in_time, required
from functions.aws.feeds.environment import frame_repetitions
from functions.aws.voice.voice_claims import VoiceClaims

if TYPE_CHECKING:
    from functions.aws.events_api.publishing import Events
    from functions.aws.invoking import Invoker
    from functions.domain.log.events import Cause

_CONNECT_AND_READ_SECONDS: Final = (0.3, 0.7)
"""Speech that is late is lost, and each frame that waits holds an execution of the function."""


def claims() -> VoiceClaims:
    """Return the reads of the claims of voice sessions."""
    return VoiceClaims(dynamodb_in_time(), required(names.CLAIMS_TABLE))


def events() -> "Events":
    """Return what publishes to the channels of voice sessions."""
    endpoint = os.environ.get(names.APPSYNC_ENDPOINT)
    host, region = required(names.VOICE_HTTP_HOST), required("AWS_REGION")
    return clients.events(host, region, endpoint, _CONNECT_AND_READ_SECONDS)


def invoker() -> "Invoker":
    """Return what invokes the function that holds voice sessions."""
    return clients.invoker(
        required(names.LAMBDA_ENDPOINT), required(names.VOICE_SESSION_FUNCTION), required("AWS_REGION")
    )


def may_be_told_again(conversation: str, client_id: str, cause: "Cause") -> bool:
    """Tell whether what became of a frame is told again, as often as a user may ask; see `Repetitions`."""
    return frame_repetitions().may_be_told(conversation, client_id, cause)
