"""What AWS asks for what the backend uses: the only table of prices, of which all figures are made.

List prices of us-east-1, the first tier, without free tiers. Whoever changes a price says where it stands and
when it was seen, and runs ``python -m docs.cost``.
"""

from typing import Final, NamedTuple

REGION: Final = "us-east-1"
_SEEN: Final = "2026-11"
_GATEWAY: Final = "https://aws.amazon.com/api-gateway/pricing/"
_DYNAMODB: Final = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_LAMBDA: Final = "https://aws.amazon.com/lambda/pricing/"
_CLOUDWATCH: Final = "https://aws.amazon.com/cloudwatch/pricing/"
_BEDROCK: Final = "https://aws.amazon.com/bedrock/pricing/"
_APPSYNC: Final = "https://aws.amazon.com/appsync/pricing/"
_S3: Final = "https://aws.amazon.com/s3/pricing/"
_MILLION: Final = 1_000_000


class Price(NamedTuple):
    """
    One price.

    Parameters
    ----------
    of
        The service.
    dollars
        What is asked.
    per
        For how many.
    unit
        What that is, as it is quoted: "a million requests".
    source
        Where it stands.
    seen
        The month in which it was looked up.
    """

    of: str
    dollars: float
    per: int
    unit: str
    source: str
    seen: str = _SEEN

    def times(self, count: float) -> float:
        """Return the dollars for so many."""
        return count * self.dollars / self.per


MESSAGES: Final = Price(
    "API Gateway WebSocket",
    1.00,
    _MILLION,
    "a million messages, each 32 KB begun, in either direction",
    _GATEWAY,
)
CONNECTION_MINUTES: Final = Price(
    "API Gateway WebSocket", 0.25, _MILLION, "a million connection minutes", _GATEWAY
)
HTTP_REQUESTS: Final = Price("API Gateway HTTP API", 1.00, _MILLION, "a million requests", _GATEWAY)
USERS: Final = Price(
    "Cognito (Essentials)",
    0.015,
    1,
    "a user who signs in during a month, the first 10,000 free",
    "https://aws.amazon.com/cognito/pricing/",
)
WRITE_UNITS: Final = Price(
    "DynamoDB on demand", 0.625, _MILLION, "a million write units, each 1 KB", _DYNAMODB
)
READ_UNITS: Final = Price(
    "DynamoDB on demand", 0.125, _MILLION, "a million read units, each 4 KB, consistent", _DYNAMODB
)
STORED: Final = Price("DynamoDB", 0.25, 1, "a GB-month", _DYNAMODB)
RECOVERABLE: Final = Price("DynamoDB point-in-time recovery", 0.20, 1, "a GB-month of tables", _DYNAMODB)
STREAM_READS: Final = Price("DynamoDB streams", 0.0, 1, "a read by Lambda", _DYNAMODB)
INVOCATIONS: Final = Price("Lambda", 0.20, _MILLION, "a million requests", _LAMBDA)
GB_SECONDS: Final = Price("Lambda, arm64", 13.3334, _MILLION, "a million GB-seconds", _LAMBDA)
SCHEDULED: Final = Price(
    "EventBridge Scheduler",
    1.00,
    _MILLION,
    "a million invocations",
    "https://aws.amazon.com/eventbridge/pricing/",
)
QUEUED: Final = Price(
    "SQS", 0.40, _MILLION, "a million requests, each 64 KB begun", "https://aws.amazon.com/sqs/pricing/"
)
CHANNEL_EVENTS: Final = Price(
    "AppSync Events", 1.00, _MILLION, "a million events in or out, each 5 KB begun", _APPSYNC
)
CHANNEL_MINUTES: Final = Price("AppSync Events", 0.08, _MILLION, "a million connection minutes", _APPSYNC)
LOGGED: Final = Price("CloudWatch Logs", 0.50, 1, "a GB taken in", _CLOUDWATCH)
ALARMS: Final = Price("CloudWatch", 0.10, 1, "a metric that an alarm watches, a month", _CLOUDWATCH)
CUSTOM_METRICS: Final = Price(
    "CloudWatch", 0.30, 1, "a metric of one's own, a month, by the hours in which it has data", _CLOUDWATCH
)
TOKENS_READ: Final = Price("Bedrock, Nova Lite", 0.06, _MILLION, "a million tokens that it reads", _BEDROCK)
TOKENS_WRITTEN: Final = Price(
    "Bedrock, Nova Lite", 0.24, _MILLION, "a million tokens that it writes", _BEDROCK
)
SPEECH_HEARD: Final = Price(
    "Bedrock, Nova Sonic", 3.40, _MILLION, "a million tokens of speech that it hears", _BEDROCK
)
SPEECH_SPOKEN: Final = Price(
    "Bedrock, Nova Sonic", 13.60, _MILLION, "a million tokens of speech that it speaks", _BEDROCK
)
TRACES: Final = Price(
    "X-Ray",
    5.00,
    _MILLION,
    "a million traces, the first 100,000 a month free",
    "https://aws.amazon.com/xray/pricing/",
)
DASHBOARDS: Final = Price("CloudWatch", 3.00, 1, "a dashboard, a month", _CLOUDWATCH)
OBJECT_WRITES: Final = Price("S3", 5.00, _MILLION, "a million writes", _S3)
OBJECT_READS: Final = Price("S3", 0.40, _MILLION, "a million reads", _S3)
ARCHIVED: Final = Price("S3", 0.023, 1, "a GB-month", _S3)
QUERIED: Final = Price(
    "Athena",
    5.00,
    1,
    "a TB that is read, at least 10 MB a query",
    "https://aws.amazon.com/athena/pricing/",
)

PRICES: Final = tuple(value for value in globals().values() if isinstance(value, Price))
"""All of them, in the order of this page."""
