"""The names that the program and the functions must agree on: no imports, constants only."""

# --- Environment variables -------------------------------------------------------------------
EVENTS_TABLE = "EVENTS_TABLE"
CLAIMS_TABLE = "CLAIMS_TABLE"
CONNECTIONS_TABLE = "CONNECTIONS_TABLE"
METRICS_TABLE = "METRICS_TABLE"
MESSAGES_TABLE = "MESSAGES_TABLE"
SESSIONS_TABLE = "SESSIONS_TABLE"
FEEDS_TABLE = "FEEDS_TABLE"
MANAGEMENT_ENDPOINT = "MANAGEMENT_ENDPOINT"
RETENTION_DAYS = "RETENTION_DAYS"
ISSUER = "ISSUER"
"""``https://cognito-idp.{region}.amazonaws.com/{pool}``: what the claim ``iss`` must be."""
CLIENT_IDS = "CLIENT_IDS"
"""The ids of the app clients whose tokens are taken, separated by commas."""
IDENTITY_USE = "IDENTITY_USE"
"""``access`` or ``id``: the kind of token that is taken."""
JWKS_URL = "JWKS_URL"
"""Where the issuer publishes the keys that its tokens are signed with."""
CONNECTIONS_PER_USER = "CONNECTIONS_PER_USER"
TEXTS_PER_MINUTE = "TEXTS_PER_MINUTE"
TEXT_BYTES_PER_MINUTE = "TEXT_BYTES_PER_MINUTE"
VOICE_SESSIONS_PER_MINUTE = "VOICE_SESSIONS_PER_MINUTE"
RESUMES_PER_MINUTE = "RESUMES_PER_MINUTE"
HISTORIES_PER_MINUTE = "HISTORIES_PER_MINUTE"
CANCELS_PER_MINUTE = "CANCELS_PER_MINUTE"
REPLIES_IN_FLIGHT = "REPLIES_IN_FLIGHT"
"""How many texts of a user may wait for their outcome at a time; where nothing is answered, it is not set."""
TOKENS_PER_DAY = "TOKENS_PER_DAY"
TOKENS_BESIDE_QUESTION = "TOKENS_BESIDE_QUESTION"
"""The most tokens that a text takes besides its own: of what the model is told with it, and of the reply."""
FEED_WINDOW_SECONDS = "FEED_WINDOW_SECONDS"
"""How far back a client can resume from where it was."""
DELIVERING_FUNCTION = "DELIVERING_FUNCTION"
"""The name of the function that numbers what is appended, and posts it: the responder where texts are
answered, else that of the feeds."""
REPEATS_PER_MINUTE = "REPEATS_PER_MINUTE"
"""How often a user may be told again what became of frames, which counts as a resume; there is none where
no text is answered and nobody can speak."""
ANSWERING_SECONDS = "ANSWERING_SECONDS"
"""How long an attempt to answer a text may take; there is none where no text is answered."""
PENDING_SECONDS = "PENDING_SECONDS"
"""How far back a resume tells of questions without a reply; there is none where no text is answered."""
LAMBDA_ENDPOINT = "LAMBDA_ENDPOINT"
"""``https://lambda.{region}.amazonaws.com``: where functions are invoked."""
DELIVERY_QUEUE = "DELIVERY_QUEUE"
"""The URL of the queue in which posts wait; without it none does."""
POSTS_PER_SECOND = "POSTS_PER_SECOND"
"""How many posts one invocation of the queue's worker begins in a second."""
ARCHIVE_BUCKET = "ARCHIVE_BUCKET"
ENGINE = "ENGINE"
"""``bedrock`` or ``script``: what answers texts."""
ENGINE_BEDROCK = "bedrock"
ENGINE_SCRIPT = "script"
MODEL = "MODEL"
"""The id or ARN of Bedrock's model or inference profile."""
TEMPERATURE = "TEMPERATURE"
"""Between 0 and 1; without it, the model's own."""
MAX_TOKENS = "MAX_TOKENS"
"""The most tokens of a reply."""
GUARDRAIL_ID = "GUARDRAIL_ID"
GUARDRAIL_VERSION = "GUARDRAIL_VERSION"
"""Both or none."""
SYSTEM_PROMPT = "SYSTEM_PROMPT"
"""What the model is told before the conversation; without it, nothing."""
HISTORY_TURNS = "HISTORY_TURNS"
"""The most texts and replies that the model is told besides the question."""
HISTORY_TOKENS = "HISTORY_TOKENS"
"""The most tokens of them, as `functions/domain/replies/prompt.py` estimates them."""
VOICE_SESSION_FUNCTION = "VOICE_SESSION_FUNCTION"
"""The name of the function that holds voice sessions; there is none where nobody can speak."""
VOICE_HTTP_HOST = "VOICE_HTTP_HOST"
"""``{api}.appsync-api.{region}.amazonaws.com``: where the channels of voice sessions are published to."""
VOICE_REALTIME_HOST = "VOICE_REALTIME_HOST"
"""``{api}.appsync-realtime-api.{region}.amazonaws.com``: where they are subscribed to."""
LIVE_HTTP_HOST = "LIVE_HTTP_HOST"
"""Where changes are published as they happen; without it, none is."""
APPSYNC_ENDPOINT = "APPSYNC_ENDPOINT"
"""An emulator's URL, which answers for every such host; on AWS there is none."""
VOICE_ENGINE = "VOICE_ENGINE"
"""``nova`` or ``echo``: who people speak with."""
VOICE_ENGINE_NOVA = "nova"
VOICE_ENGINE_ECHO = "echo"
VOICE_MODEL = "VOICE_MODEL"
VOICE_NAME = "VOICE_NAME"
"""Who speaks where a client does not say."""
VOICE_SYSTEM_PROMPT = "VOICE_SYSTEM_PROMPT"
VOICE_ENDPOINTING = "VOICE_ENDPOINTING"
"""``HIGH``, ``MEDIUM`` or ``LOW``: how soon a pause ends a turn; without it, as the model does."""
VOICE_HISTORY_TURNS = "VOICE_HISTORY_TURNS"
VOICE_GRACE_SECONDS = "VOICE_GRACE_SECONDS"
"""How long a voice session waits for speech before it ends."""
VOICE_HANDOVER_SECONDS = "VOICE_HANDOVER_SECONDS"
"""How long one invocation holds a voice session until the next takes over."""
VOICE_SESSIONS = "VOICE_SESSIONS"
"""The most voice sessions at a time, over all users."""
VOICE_SESSIONS_PER_USER = "VOICE_SESSIONS_PER_USER"
"""The most at a time of one user."""
VOICE_SECONDS_PER_DAY = "VOICE_SECONDS_PER_DAY"
"""How long one user may speak in a day of UTC."""
OPERATORS_GROUP = "OPERATORS_GROUP"
LOG_LEVEL = "LOG_LEVEL"
EMULATED = "EMULATED"
"""Set to ``true`` on the embedded AWS only: mends what the emulator answers differently."""

# --- Layers -----------------------------------------------------------------------------------
SERVICE_MODELS = "service_models"
"""The folder of a layer in which a function finds the models of services that the others do not call."""

# --- Tables: keys and indexes ----------------------------------------------------------------
EVENTS_KEY = ("connection_id", "event_id")
EVENTS_BY_USER = "by-user"
EVENTS_BY_USER_KEY = ("user_id", "event_id")
EVENTS_BY_ARRIVAL = "by-arrival"
EVENTS_BY_ARRIVAL_KEY = ("arrival_day", "arrived_at")
ARRIVAL_SHARDS = 32
"""Keys of one day of arrival, hot all day: docs/capacity.md says what they take.

It may grow, up to 1,024 (two letters of an id choose), and nothing is lost: readers ask all shards of each
day, and a day that was written with fewer has nothing in the others. It must never shrink."""

CLAIMS_KEY = ("claim",)
CLAIM_SESSION = "session#"
CLAIM_VOICE = "voice#"
CLAIM_TEXTS = "texts#"
CLAIM_VOICES = "voices#"
CLAIM_SPEAKING = "speaking#"
"""How many voice sessions of a user are open, by minute."""
CLAIM_SEATS = "seats#"
"""How many are open of all users, by minute."""
CLAIM_SPOKEN = "spoken#"
"""The seconds of a user's voice sessions, by day."""
CLAIM_RUN = "run#"
"""Which invocation holds a generation of a voice session."""
CLAIM_ENDED = "ended#"
"""How a voice session ended, for who asks again."""
CLAIM_RESUMES = "resumes#"
CLAIM_HISTORIES = "histories#"
CLAIM_CANCELS = "cancels#"
CLAIM_INFLIGHT = "inflight#"
CLAIM_TOKENS = "tokens#"
CLAIM_REPLY = "reply#"
CLAIM_TICKET = "ticket#"
CLAIM_SEND = "send#"
CLAIM_ANSWER = "answer#"
"""What the keys of each kind of claim begin with. Each function may write the kinds that it is granted, so a
new kind needs a grant: without it, the transaction that makes the claim is denied."""

CONNECTIONS_KEY = ("connectionId",)
CONNECTIONS_BY_USER = "userId-index"
CONNECTIONS_BY_USER_KEY = ("userId", "createdAt")
CONNECTIONS_ACTIVE = "active-index"
CONNECTIONS_ACTIVE_KEY = ("activeShard", "activeSince")
ACTIVE_SHARDS = 8
"""May be doubled, and never shrink: readers ask all shards, and a row that was written with fewer is among
them. It moves when it is written next, and to a higher shard, so that a list in progress misses none."""
LATEST_ATTEMPT_SECONDS = 600
"""How old an invocation of the responder may be when Lambda begins an attempt of it, the last one too."""
NUMERIC_KEYS = frozenset({"createdAt", "activeSince", "arrived_at", "last_activity"})
"""Key attributes of type N; every other key attribute is of type S."""

CONNECTION_INFO = (
    "connectionId",
    "userId",
    "sessionId",
    "status",
    "ipAddress",
    "userAgent",
    "createdAt",
    "lastActivity",
    "disconnectedAt",
    "tokenExpiresAt",
)
"""The public attributes of a connection: what a list shows."""
CONNECTION_INDEXED = (*CONNECTION_INFO, "expires_at")
"""What the indexes project: when the row expires, too, which every event about the connection repeats."""

METRICS_KEY = ("metric", "bucket")
METRIC_SHARDS = 8
"""Items that share one counter, so that transactions seldom meet. May grow and shrink: readers add up all
shards that are there."""

MESSAGES_KEY = ("conversation", "event_id")

SESSIONS_KEY = ("user_id", "session_id")
SESSIONS_BY_ACTIVITY = "by-activity"
SESSIONS_BY_ACTIVITY_KEY = ("user_id", "last_activity")
"""With keys only, so that it moves with what a user says and not with what is replied."""

FEEDS_KEY = ("feed", "key")
"""Of several kinds of items: the first letter of ``key`` says which."""

TTL_ATTRIBUTE = "expires_at"
"""Epoch seconds, on every table."""

# --- The archive ----------------------------------------------------------------------------
ARCHIVE_EVENTS = "events/"
"""What the keys of the archive's objects begin with."""
ARCHIVE_RESULTS = "results/"
"""What the keys of answers to queries begin with."""
ARCHIVE_TABLE = "events"
ARCHIVE_COLUMNS = {
    "connection_id": "string",
    "event_id": "string",
    "arrived_at": "bigint",
    "type": "string",
    "version": "bigint",
    "at": "bigint",
    "user_id": "string",
    "session_id": "string",
    "connected_at": "bigint",
    "expires_at": "bigint",
    "trace_id": "string",
    "data": "string",
    "item": "string",
}
"""The members of a line of the archive, each with its type in the catalogue."""

# --- The WebSocket API -----------------------------------------------------------------------
ROUTE_SELECTION = "$request.body.type"
ROUTE_CONNECT = "$connect"
ROUTE_DISCONNECT = "$disconnect"
ROUTE_DEFAULT = "$default"
ROUTE_PING = "ping"
ROUTE_VOICE_DATA = "voice_data"
ROUTE_VOICE_END = "voice_end"
ROUTE_VOICE_PLAYED = "voice_played"
ROUTE_VOICE_LISTEN = "voice_listen"
VOICE_ROUTES = (ROUTE_VOICE_DATA, ROUTE_VOICE_END, ROUTE_VOICE_PLAYED, ROUTE_VOICE_LISTEN)
"""Of the frames of a voice session that is open."""
ROUTE_RESUME = "resume"
ROUTE_HISTORY = "history"
ROUTE_TEXT_CANCEL = "text_cancel"
ROUTE_ACK = "ack"
ROUTE_SESSIONS = "sessions"
TWO_WAY_ROUTES = (ROUTE_DEFAULT, ROUTE_RESUME, ROUTE_HISTORY, ROUTE_TEXT_CANCEL, ROUTE_SESSIONS)
"""What a function returns there is sent to the client; on the others it says something by callback only."""
PONG = '{"type": "pong"}'
"""What the gateway itself answers to a ping."""

# --- The HTTP API ----------------------------------------------------------------------------
ROUTE_TICKETS = "POST /tickets"

# --- Log lines that are counted --------------------------------------------------------------
FAULT = "fault"
"""The field that says whose doing it is that a request failed; a line of what succeeded has none."""
FAULT_SERVER = "server"
FAULT_CLIENT = "client"
LINE_CONNECT = "connect"
"""The message of the line of a ``$connect``."""
LINE_UNCOUNTED = "count_failed_open"
"""The message of the line of a user who was let in although their connections could not be counted."""
LINE_AUTHORIZE = "authorize"
LINE_FRAME = "frame"
LINE_GONE = "gone"
"""The message of the line of a frame whose answer found no connection any more."""
LINE_MANAGER = "connection_manager"
LINE_PROJECT = "project"
LINE_DELIVER_QUEUED = "deliver_queued"
LINE_SWEEP = "sweep"
LINE_ARCHIVE = "archive"
LINE_ANSWER = "answer"
"""The message of the line of what became of a text."""
LINE_VOICE = "voice"
"""The message of the line of a voice session's end: its ``reason`` is that of the event, or `HANDED_OVER`."""
HANDED_OVER = "handed_over"
"""What an invocation says that the next one took a session over from."""
COUNTED = ("opened", "closed", "lost", "voice_sessions", "voice_seconds", "turns", "texts", "replies")
"""The counters that a batch of the projector moves, as its line has them."""

# --- Handlers --------------------------------------------------------------------------------
AUTHORIZER = "functions.handlers.authorizer.handler"
QUERY_AUTHORIZER = "functions.handlers.query_authorizer.handler"
TICKET = "functions.handlers.ticket.handler"
LIFECYCLE = "functions.handlers.lifecycle.handler"
MESSAGE = "functions.handlers.message.handler"
PROJECTOR = "functions.handlers.projector.handler"
CONNECTION_MANAGER = "functions.handlers.connection_manager.handler"
SWEEPER = "functions.handlers.sweeper.handler"
FEED = "functions.handlers.feed.handler"
RESPONDER = "functions.handlers.responder.handler"
DELIVERER = "functions.handlers.deliverer.handler"
ARCHIVER = "functions.handlers.archiver.handler"
VOICE_SESSION = "functions.handlers.voice_session.handler"
VOICE_FAILURE = "functions.handlers.voice_failure.handler"
LIVE_AUTHORIZER = "functions.handlers.live_authorizer.handler"
