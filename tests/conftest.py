"""What holds for every test: no way to a real AWS, Ctrl-C is heard, and how many examples a property gets."""

import os
import signal

import hypothesis

from functions import names

os.environ.update(
    {
        names.EVENTS_TABLE: "events",
        names.CLAIMS_TABLE: "claims",
        names.CONNECTIONS_TABLE: "connections",
        names.METRICS_TABLE: "metrics",
        names.MESSAGES_TABLE: "messages",
        names.SESSIONS_TABLE: "sessions",
        names.FEEDS_TABLE: "feeds",
        names.MANAGEMENT_ENDPOINT: "http://127.0.0.1:9/test",
        names.RETENTION_DAYS: "90",
        names.ISSUER: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TESTS0000",
        names.CLIENT_IDS: "client-1,client-2",
        names.IDENTITY_USE: "access",
        names.JWKS_URL: "http://127.0.0.1:9/jwks.json",
        names.OPERATORS_GROUP: "operators",
        names.ARCHIVE_BUCKET: "archive",
        names.CONNECTIONS_PER_USER: "10",
        names.TEXTS_PER_MINUTE: "60",
        names.TEXT_BYTES_PER_MINUTE: "120000",
        names.VOICE_SESSIONS_PER_MINUTE: "6",
        names.RESUMES_PER_MINUTE: "30",
        names.HISTORIES_PER_MINUTE: "30",
        names.CANCELS_PER_MINUTE: "60",
        names.FEED_WINDOW_SECONDS: "86400",
        names.TOKENS_BESIDE_QUESTION: "5028",
        names.DELIVERING_FUNCTION: "feed",
        names.POSTS_PER_SECOND: "100",
        names.LAMBDA_ENDPOINT: "http://127.0.0.1:9",
        names.ENGINE: names.ENGINE_SCRIPT,
        names.HISTORY_TURNS: "20",
        names.HISTORY_TOKENS: "4000",
        names.VOICE_HTTP_HOST: "voice.appsync-api.us-east-1.amazonaws.com",
        names.VOICE_REALTIME_HOST: "voice.appsync-realtime-api.us-east-1.amazonaws.com",
        names.VOICE_ENGINE: names.VOICE_ENGINE_ECHO,
        names.VOICE_NAME: "matthew",
        names.VOICE_HISTORY_TURNS: "20",
        names.VOICE_GRACE_SECONDS: "30",
        names.VOICE_HANDOVER_SECONDS: "780",
        names.VOICE_SECONDS_PER_DAY: "3600",
        "AWS_LAMBDA_FUNCTION_NAME": "voice-session",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)
for inherited in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", names.EMULATED, names.LOG_LEVEL):
    os.environ.pop(inherited, None)

# a shell that runs tests in the background has them ignore Ctrl-C, which all that they start would inherit
signal.signal(signal.SIGINT, signal.default_int_handler)

_SLOW_MACHINES = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=100, suppress_health_check=_SLOW_MACHINES
)
hypothesis.settings.register_profile(
    "search",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "100")),
    suppress_health_check=_SLOW_MACHINES,
)
# EXAMPLES=10000 pytest tests/property searches anew, wider, instead of repeating what CI repeats
hypothesis.settings.load_profile("search" if "EXAMPLES" in os.environ else "ci")
