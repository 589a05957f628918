"""What it costs to import a function, and to ask `ops` for help, in instructions: seconds do not repeat."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.table import Figure, at_most
from functions import names
from infra.functions.locks import VOICE
from infra.functions.models import Service, build_models
from infra.functions.packaging import build_layer
from infra.settings.settings import LayerTarget

_ROOT = Path(__file__).parents[1]
_NOTHING = "pass"
_MESSAGE = "import functions.handlers.message"
_FEED = "import functions.handlers.feed"
_RESPONDER = "import functions.handlers.responder"
_VOICE_SESSION = "import functions.handlers.voice_session"
_ALONE = (
    "import sys\nimport functions.handlers.responder, functions.handlers.message\n"
    "others = set(sys.modules)\nimport functions.handlers.voice_session\n"
    "alone = {name.split('.')[0] for name in sys.modules.keys() - others}\n"
    "print(*sorted(alone - {name.split('.')[0] for name in others} - {'functions'}))\n"
)
_AUTHORIZER = "import functions.handlers.authorizer"
_DYNAMODB = "from functions.aws import clients\nclients.dynamodb()\n"
_ENGINE = (
    f"{_DYNAMODB}from functions.aws.engines import bedrock, reading\n"
    "bedrock.Bedrock(clients.bedrock(), model='model', max_tokens=1)\n"
)
_OPS_HELP = (
    "import sys\nfrom ops.__main__ import app\nsys.argv = ['ops', '--help']\napp(standalone_mode=False)\n"
)
_ONLY_BOTO3 = "import boto3"
_BOTO3 = (
    "import boto3\n"
    "boto3.client('dynamodb')\n"
    "boto3.client('apigatewaymanagementapi', endpoint_url='http://127.0.0.1:9')\n"
)


def figures() -> list[Figure]:
    """Measure with the layer as it is deployed, against boto3 as it is installed, both compiled before."""
    if shutil.which("valgrind") is None:
        return [Figure("import of message ÷ boto3 and its clients, in instructions", "needs valgrind")]
    layer = str(build_layer(LayerTarget.HOST) / "python")
    empty = instructions(_NOTHING, layer)
    installed = instructions(_NOTHING)
    message = instructions(_MESSAGE, layer) - empty
    feed = instructions(_FEED, layer) - empty
    bedrock = str(build_models(Service.BEDROCK) / "python")
    responder = instructions(_RESPONDER, layer, bedrock) - empty
    voice = str(build_layer(LayerTarget.HOST, VOICE) / "python")
    voice_session = instructions(_VOICE_SESSION, layer, voice) - empty
    authorizer = instructions(_AUTHORIZER, layer) - empty
    boto3 = instructions(_BOTO3) - installed
    engine = instructions(_ENGINE, layer, bedrock) - empty
    without = instructions(_DYNAMODB, layer) - empty
    ops_help = instructions(_OPS_HELP) - installed
    only_boto3 = instructions(_ONLY_BOTO3) - installed
    return [
        Figure("import of message: million instructions", f"{message / 1e6:.0f}"),
        Figure("import of feed: million instructions", f"{feed / 1e6:.0f}"),
        at_most("import of feed ÷ import of message", feed / message, 1.1, "{:.2f}"),
        Figure("import of responder: million instructions", f"{responder / 1e6:.0f}"),
        at_most("import of responder ÷ import of message", responder / message, 1.3, "{:.2f}"),
        Figure("import of voice_session, of the echo: million instructions", f"{voice_session / 1e6:.0f}"),
        at_most("import of voice_session ÷ import of message", voice_session / message, 1.3, "{:.2f}"),
        Figure(
            "what voice_session imports and neither message nor responder does", _alone(layer, bedrock, voice)
        ),
        Figure("import of authorizer: million instructions", f"{authorizer / 1e6:.0f}"),
        Figure("boto3 and the clients that it uses: million instructions", f"{boto3 / 1e6:.0f}"),
        at_most("ratio of the two", message / boto3, 0.95, "{:.2f}"),
        Figure(
            "Bedrock as an engine, beside DynamoDB: million instructions", f"{(engine - without) / 1e6:.0f}"
        ),
        at_most("DynamoDB and the engine ÷ DynamoDB", engine / without, 1.15, "{:.2f}"),
        Figure("ops --help: million instructions", f"{ops_help / 1e6:.0f}"),
        at_most("ops --help ÷ import of boto3", ops_help / only_boto3, 0.7, "{:.2f}"),
    ]


def _alone(*before: str) -> str:
    """Return the packages that the function of voice sessions alone imports."""
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-S", "-c", _ALONE],
        env=_environment(*before),
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout.strip()


def _environment(*before: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((*before, str(_ROOT))),
        "PYTHONHASHSEED": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
        names.EVENTS_TABLE: "events",
        names.CLAIMS_TABLE: "claims",
        names.RETENTION_DAYS: "90",
        names.TEXTS_PER_MINUTE: "60",
        names.TEXT_BYTES_PER_MINUTE: "120000",
        names.VOICE_SESSIONS_PER_MINUTE: "6",
        names.FEEDS_TABLE: "feeds",
        names.SESSIONS_TABLE: "sessions",
        names.DELIVERING_FUNCTION: "feed",
        names.LAMBDA_ENDPOINT: "http://127.0.0.1:9",
        names.RESUMES_PER_MINUTE: "30",
        names.HISTORIES_PER_MINUTE: "30",
        names.CANCELS_PER_MINUTE: "60",
        names.FEED_WINDOW_SECONDS: "86400",
        names.MESSAGES_TABLE: "messages",
        names.ENGINE: names.ENGINE_BEDROCK,
        names.MODEL: "model",
        names.MAX_TOKENS: "1024",
        names.HISTORY_TURNS: "20",
        names.HISTORY_TOKENS: "4000",
        names.TOKENS_BESIDE_QUESTION: "5028",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        names.CONNECTIONS_PER_USER: "10",
        names.ISSUER: "https://issuer",
        names.CLIENT_IDS: "client",
        names.IDENTITY_USE: "access",
        names.JWKS_URL: "https://issuer/jwks.json",
        names.MANAGEMENT_ENDPOINT: "http://127.0.0.1:9/prod",
        names.VOICE_ENGINE: names.VOICE_ENGINE_ECHO,
        names.VOICE_HTTP_HOST: "http.invalid",
        names.VOICE_REALTIME_HOST: "realtime.invalid",
        names.VOICE_NAME: "matthew",
        names.VOICE_HISTORY_TURNS: "20",
        names.VOICE_GRACE_SECONDS: "30",
        names.VOICE_HANDOVER_SECONDS: "780",
        names.VOICE_SECONDS_PER_DAY: "3600",
        "AWS_LAMBDA_FUNCTION_NAME": "voice-session",
    }


def instructions(program: str, *before: str) -> int:
    """Return how many instructions a program takes, with these folders alone before this repository's."""
    environment = _environment(*before)
    # what has a layer finds what is in that, and nothing that is installed here
    python = [sys.executable, *(["-S"] if before else []), "-c", program]
    subprocess.run(  # noqa: S603 - compiles what it imports
        python, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    with tempfile.TemporaryDirectory() as folder:
        counted = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *python]
        run = subprocess.run(  # noqa: S603 - our own program
            counted, env=environment, check=True, capture_output=True, text=True
        )
    found = re.search(r"Collected : (\d+)", run.stderr)
    if found is None:
        raise RuntimeError(run.stderr)
    return int(found[1])
