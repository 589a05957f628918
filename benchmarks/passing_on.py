"""What a frame of speech takes in `message`, in instructions: to decide on it, and to publish it."""

import shutil

from benchmarks.importing import instructions
from benchmarks.table import Figure, at_most

_FEW, _MANY = 50, 250
_COMMON = """
import base64
from functions.aws import clients
from functions.domain.frames.parsing import parse
from functions.domain.log.events import Cause
from functions.domain.log.ids import lowest
from functions.domain.voice.attention import Hold, Holds, Paces
from functions.domain.voice.channels import Heard, channel_of, encode
from functions.domain.voice.speech import activity_of, said_by
from functions.aws.events_api.publishing import Events
from functions.aws.signed_requests import SignedRequests
from botocore.auth import SigV4Auth
from types import SimpleNamespace

AT = 1_795_410_720_123
SESSION = lowest(AT)
AUDIO = bytes(range(256)) * 12 + bytes(128)  # a tenth of a second at 16 kHz
CAUSE = Cause("c-1", "alice", "s-1", AT, AT // 1000 + 86400, AT + 60_000, "r-1")
BODY = (
    '{"type": "voice_data", "data": {"voiceSessionId": "%s", "seq": 601, "audio": "%s"}}'
    % (SESSION, base64.b64encode(AUDIO).decode())
)
HEARD = Heard("c-1", 601, AUDIO)
CHANNEL = channel_of("s-1", SESSION)
holds, paces = Holds(lambda *_: Hold(SESSION, AT // 1000 + 120)), Paces()
taken = SimpleNamespace(status_code=200, content=b'{"failed":[],"successful":[]}')
http = SimpleNamespace(send=lambda request: taken)
host, region = "a.appsync-api.us-east-1.amazonaws.com", "us-east-1"
events = Events(http, clients.credentials(), host, region)
auth = SigV4Auth(clients.credentials(), "appsync", region)
headers = {"Content-Type": "application/json", "Host": host}
alone = SignedRequests(http, auth, f"https://{host}/event", headers, "Publish", 200)
bodies = []
http.send = lambda request: bodies.append(request.body) or taken
events.publish(CHANNEL, [encode(HEARD)])
http.send = lambda request: taken
(SENT,) = bodies

def decide():
    frame = parse(BODY)
    said_by(frame, CAUSE)
    assert holds.is_open("s-1", SESSION, CAUSE.at)
    paces.keeps("c-1", CAUSE.at)
    assert activity_of(frame, CAUSE) is None

def publish():
    events.publish(channel_of("s-1", SESSION), [encode(HEARD)])

def sign_and_send():
    alone.send(SENT)
"""


def figures() -> list[Figure]:
    """Measure without a network, where sending takes least and the ratio is greatest."""
    if shutil.which("valgrind") is None:
        return [Figure("a frame of speech in message, in instructions", "needs valgrind")]
    decided, published, sent = (_each(name) for name in ("decide", "publish", "sign_and_send"))
    return [
        Figure("to decide on a frame of speech: thousand instructions", f"{decided / 1e3:.0f}"),
        Figure("to publish it: thousand instructions", f"{published / 1e3:.0f}"),
        Figure("to sign and send as many bytes alone: thousand instructions", f"{sent / 1e3:.0f}"),
        at_most("publishing ÷ signing and sending alone", published / sent, 1.2, "{:.2f}"),
        at_most("deciding ÷ signing and sending alone", decided / sent, 0.5, "{:.2f}"),
    ]


def _each(name: str) -> float:
    """Return the instructions of one more call, without what comes before the first."""
    few, many = (
        instructions(f"{_COMMON}\nfor _ in range({times}):\n    {name}()\n") for times in (_FEW, _MANY)
    )
    return (many - few) / (_MANY - _FEW)
