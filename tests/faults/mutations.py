"""Bugs seeded on purpose: what the histories must find. Each is an edit of the code that still runs."""

from typing import Final

from tests.faults.feed_mutations import FEEDS
from tests.faults.mutation import Mutation
from tests.faults.reply_mutations import REPLIES
from tests.faults.speech_mutations import SPEECH

_LOG: Final = "functions/aws/log/event_log.py"
_COUNTS: Final = "functions/aws/log/count_items.py"
_CLAIMS: Final = "functions/aws/log/claim_items.py"
_MODEL: Final = "functions/aws/read_models/read_model.py"
_ROW: Final = "functions/domain/connections/connection.py"
_COALESCED: Final = "functions/domain/frames/coalesced.py"
_DECISIONS: Final = "functions/domain/frames/decisions.py"
_BATCHES: Final = "functions/operations/projection/batches.py"
_PROJECTION: Final = "functions/operations/projection/projecting.py"
_REBUILD: Final = "ops/read_models/rebuild.py"


MUTATIONS: Final = (
    # --- the log -----------------------------------------------------------------------------------
    Mutation(
        "an append overwrites",
        _LOG,
        '_APPEND = "attribute_not_exists(event_id)"',
        '_APPEND = "attribute_not_exists(event_id) OR attribute_exists(event_id)"',
        "what was appended and projected changes afterwards, and no INSERT says so",
    ),
    Mutation(
        "ids are drawn",
        "functions/domain/log/ids.py",
        '    digest = sha256(f"{cause}\\0{kind}".encode()).digest()',
        '    digest = __import__("os").urandom(32)',
        "an id that is no function of its cause makes a retry another event",
    ),
    Mutation(
        "a coalesced event's id is the request's",
        _COALESCED,
        'key=f"{cause.connection_id}#{minute}#{code}"',
        'key=f"{cause.id}#{code}"',
        "a hostile client appends without bound",
    ),
    Mutation(
        "a coalesced event's id has no minute",
        _COALESCED,
        'key=f"{cause.connection_id}#{minute}#{code}", key_at=max(minute, cause.connected_at)',
        'key=f"{cause.connection_id}#{code}", key_at=cause.connected_at',
        "refusals after the first minute leave no trace",
    ),
    Mutation(
        "a claim is granted to everybody",
        _CLAIMS,
        '"ConditionExpression": _TAKE,',
        '"ConditionExpression": f"({_TAKE}) OR attribute_exists(claim)",',
        "two voice sessions at once, and two texts under one client id",
    ),
    Mutation(
        "a count is granted beyond its limit",
        _COUNTS,
        '_FEW: Final = "#count < :limit"',
        '_FEW: Final = "(attribute_exists(claim) OR #count < :limit)"',
        "a hostile client appends without bound",
    ),
    Mutation(
        "a count goes up by two",
        _COUNTS,
        '":one": 1,',
        '":one": 2,',
        "half of what a user may do is refused",
    ),
    Mutation(
        "the bytes of texts are not counted",
        _COUNTS,
        '":bytes": claim.bytes,',
        '":bytes": 0,',
        "a hostile client appends without bound",
    ),
    Mutation(
        "an invented voice session counts",
        "functions/domain/connections/voice_sessions.py",
        "for session, said in row.voice.items() if said.started)",
        "for session, said in row.voice.items())",
        "speech that names an invented session ends the open one, and is counted",
    ),
    Mutation(
        "a claim is released by everybody",
        _CLAIMS,
        '"ConditionExpression": "#value = :value",',
        '"ConditionExpression": "#value = :value OR attribute_exists(claim) OR attribute_not_exists(claim)",',
        "a voice session ends twice",
    ),
    Mutation(
        "a repeated transaction is a failure",
        _LOG,
        "if is_refused(appended):",
        "if not granted and is_refused(appended):",
        "who retries is refused although the event is in the log",
    ),
    Mutation(
        "a repeated append is a failure",
        _LOG,
        "if code_of(error) == CONDITION_FAILED:\n                    return False",
        "if code_of(error) == CONDITION_FAILED:\n                    raise",
        "who retries is refused although the event is in the log",
    ),
    Mutation(
        "an append that failed is acknowledged",
        "functions/operations/frames/recording.py",
        "        except ClaimRefusedError as refused:\n",
        "        except Unavailable:\n            return decision.answer\n"
        "        except ClaimRefusedError as refused:\n",
        "the client is told of what is not in the log",
    ),
    Mutation(
        "a $connect that failed is accepted",
        "functions/operations/connections/lifecycle.py",
        '_STATUS: Final = {"unauthorized": 403, "unavailable": 503}',
        '_STATUS: Final = {"unauthorized": 403, "unavailable": 200}',
        "a connection without a ConnectionOpened",
    ),
    Mutation(
        "an opening and its failure have ids of their own",
        "functions/domain/log/events.py",
        "_OUTCOMES: Final = (ConnectionOpened, ConnectionFailed, ",
        "_OUTCOMES: Final = (",
        "an opening that was written all the same stays beside its failure",
    ),
    Mutation(
        "what never opened is counted",
        "functions/domain/connections/counters.py",
        "    if row.opened:",
        "    if row.opened or row.closed:",
        "a handshake that was refused counts as a connection",
    ),
    Mutation(
        "what is sent again is answered by another's event",
        "functions/domain/frames/replies.py",
        "            if digest != _parts(claim.value)[1]:\n",
        "            if digest is None:\n",
        "the client is told that something else was recorded",
    ),
    Mutation(
        "a sweep's events are its invocation's",
        "functions/handlers/sweeper.py",
        'id=f"sweep#{run.at}"',
        "id=context.aws_request_id",
        "a sweep that is retried loses everybody twice",
    ),
    Mutation(
        "patience is taken for Gone",
        "functions/aws/gateway/callbacks.py",
        "raise BusyError(_BUSY) from None",
        "raise GoneError(connection_id) from None",
        "LimitExceededException ends connections",
    ),
    # --- the join and the counters -------------------------------------------------------------------
    Mutation(
        "closed is the last delivered",
        _ROW,
        "if closed is None or event.event_id < closed.event_id:",
        "if closed is None or event.event_id != closed.event_id:",
        "the join is not commutative",
    ),
    Mutation(
        "closed is the greatest",
        _ROW,
        "if closed is None or event.event_id < closed.event_id:",
        "if closed is None or event.event_id > closed.event_id:",
        "the fold agrees with itself: only another reckoning finds it",
    ),
    Mutation(
        "the operator's word is the last delivered",
        _ROW,
        "if operator is None or event.event_id > operator.event_id:",
        "if operator is None or event.event_id != operator.event_id:",
        "the join is not commutative",
    ),
    Mutation(
        "the last activity is the last delivered",
        _ROW,
        "        if event.at > last_activity:\n            last_activity = event.at",
        "        if event.at != last_activity:\n            last_activity = event.at",
        "the join is not commutative",
    ),
    Mutation(
        "lost is for ever",
        _ROW,
        "if self.lost and self.lost.at > self.last_activity:",
        "if self.lost:",
        "a false 410 ends who is still there",
    ),
    Mutation(
        "a row is counted whole each time",
        "functions/operations/projection/folding.py",
        "return difference(contribution(row), self._counted)",
        "return contribution(row)",
        "each write of a row adds all of it again",
    ),
    # --- the projector -----------------------------------------------------------------------------
    Mutation(
        "a row is written over whatever revision",
        _MODEL,
        'put["ConditionExpression"] = "#revision = :revision"',
        'put["ConditionExpression"] = "#revision = :revision OR attribute_exists(connectionId)"',
        "of two projectors one undoes what the other joined",
    ),
    Mutation(
        "a new row is written over another",
        _MODEL,
        'put["ConditionExpression"] = "attribute_not_exists(connectionId)"',
        'put["ConditionExpression"] = "attribute_not_exists(connectionId) OR attribute_exists(connectionId)"',
        "of two projectors one undoes what the other joined",
    ),
    Mutation(
        "a message is counted again",
        "functions/aws/read_models/message_writes.py",
        '"attribute_not_exists(#revision)" if',
        '"attribute_not_exists(#revision) OR attribute_exists(#revision)" if',
        "of two projectors both count it",
    ),
    Mutation(
        "a text forgets its outcome",
        "functions/domain/texts/messages.py",
        "max(one, other, key=_rank), outcome=outcome)",
        "max(one, other, key=_rank), outcome=other.outcome)",
        "what became of a text is lost where its event comes again, or after the outcome's",
    ),
    Mutation(
        "a session is written over whatever revision",
        "functions/aws/read_models/sharing.py",
        '"#revision = :read"',
        '"#revision = :read OR attribute_exists(session_id)"',
        "of two connections of a session one undoes what the other added",
    ),
    Mutation(
        "a row shares all that it ever shared",
        "functions/domain/texts/sessions.py",
        "    if old is None:\n        return new\n",
        "    if True:\n        return new\n",
        "a session counts a text again when it gets its outcome",
    ),
    Mutation(
        "a refused write is forgotten",
        "functions/aws/read_models/writing.py",
        "                retryable |= late\n",
        "",
        "what a rival overtook is never projected",
    ),
    Mutation(
        "a cancelled transaction is repeated from the same reading",
        _PROJECTION,
        "            loaded = self.model.load(sorted(pending), messages)",
        "            loaded = loaded if attempt else self.model.load(sorted(pending), messages)",
        "it cannot succeed",
    ),
    Mutation(
        "the last failure is reported instead of the first",
        _BATCHES,
        "earliest = min(failed, key=",
        "earliest = max(failed, key=",
        "the checkpoint goes too far",
    ),
    Mutation(
        "failures are not reported",
        _BATCHES,
        'return {"batchItemFailures": [{"itemIdentifier": records[stop]["dynamodb"]["SequenceNumber"]}]}',
        'return {"batchItemFailures": []}',
        "the checkpoint goes too far",
    ),
    Mutation(
        "the record after the failure is reported",
        _BATCHES,
        "records[stop]",
        "records[min(stop + 1, len(records) - 1)]",
        "the checkpoint goes too far by one",
    ),
    Mutation(
        "all kinds of records are taken",
        _BATCHES,
        'if record["eventName"] != "INSERT":',
        'if record["eventName"] == "":',
        "what was deleted cannot be projected",
    ),
    Mutation(
        "what has expired is projected",
        _BATCHES,
        "if not is_expired(event, now):",
        "if event:",
        "a late delivery raises the dead",
    ),
    *FEEDS,
    *REPLIES,
    *SPEECH,
    # --- the rebuild ---------------------------------------------------------------------------------
    Mutation(
        "a rebuild deletes nothing",
        _REBUILD,
        "deleted = sum(running.map(delete, range(SEGMENTS)))",
        "deleted = 0",
        "what the log does not name stays",
    ),
    Mutation(
        "a rebuild is served from its beginning",
        _REBUILD,
        "        progress = control.begin(progress, now)\n",
        "        progress = control.begin(progress, now)\n        control.serve(progress.generation)\n",
        "readers of metrics see half of them",
    ),
    Mutation(
        "a rebuild keeps its place before it has done the work",
        _REBUILD,
        "in connection_pages(deployment.client, log_table, segment, start):\n",
        "in connection_pages(deployment.client, log_table, segment, start):\n"
        "        control.keep(progress.generation, segment, after)\n",
        "one that was interrupted leaves out what it was at",
    ),
    Mutation(
        "a rebuild forgets the connections that failed",
        _REBUILD,
        "            if failed:\n",
        "            if failed and not together:\n",
        "it says that it is done",
    ),
)
"""Two that were thought of are not among them, since nothing can come of them. To read the log before the
row: a rebuild joins the whole log into rows that it finds refolded. Not to wait for projectors that read the
older generation: whatever they have read was in the log before the rebuild began to read it, and of the two
the later writer finds another revision."""
