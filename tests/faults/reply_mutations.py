"""Bugs of the responder, seeded on purpose: each breaks one rule of how texts get their replies."""

from typing import Final

from tests.faults.mutation import Mutation

_LEASES: Final = "functions/aws/replies/leases.py"
_QUESTIONS: Final = "functions/domain/replies/questions.py"
_REMINDING: Final = "functions/operations/replies/reminding.py"
_RESPONDING: Final = "functions/operations/replies/responding.py"
_SCREENS: Final = "functions/operations/replies/screens.py"
_HEARING: Final = "functions/operations/replies/hearing.py"
_TRYING: Final = "functions/operations/replies/trying.py"
_OUTCOMES: Final = "functions/domain/replies/outcomes.py"
_DRAFT: Final = "functions/domain/replies/draft.py"
_CONCLUDING: Final = "functions/operations/replies/concluding.py"
_CONTENTS: Final = "functions/domain/feeds/contents.py"

REPLIES: Final = (
    Mutation(
        "an outcome gives nothing back",
        _CONCLUDING,
        "        settled = settles(question, fact, self.tokens_beside_question)\n",
        "        settled = ()\n",
        "a user waits a quarter of an hour for the next text that is answered",
    ),
    Mutation(
        "each attempt has an outcome of its own",
        _QUESTIONS,
        "key_at=_outcome_at(self.message_id)",
        "key_at=at",
        "a text that is answered twice has two replies",
    ),
    Mutation(
        "nobody looks for an outcome before asking again",
        _RESPONDING,
        "        if isinstance(lease, Spent) or lease.attempt > 1 or",
        "        if isinstance(lease, Spent) or",
        "a repetition asks the model once more, and shows words after the end",
    ),
    Mutation(
        "a text is tried without end",
        _LEASES,
        '            ":most": MOST_ATTEMPTS,\n',
        '            ":most": 1_000,\n',
        "a text that kills whoever answers it is paid for again and again",
    ),
    Mutation(
        "a question is numbered after its reply",
        _TRYING,
        "            begun = self.show_question if tries == 1 else _nothing\n",
        "            begun = _nothing\n",
        "screens show an answer before what was asked",
    ),
    Mutation(
        "what passes is not tried again",
        _OUTCOMES,
        "    if not meaning.may_pass:\n",
        "    if tries:\n",
        "a quota that is used up for a second fails a text for good",
    ),
    Mutation(
        "too long a prompt is given up",
        _TRYING,
        "if end.failure is Failure.TOO_LONG and whole:",
        "if end.failure is Failure.TOO_LONG and not whole:",
        "a long conversation cannot go on",
    ),
    Mutation(
        "a reply without a word is one",
        _OUTCOMES,
        "if isinstance(end, Failed) or text.strip() or end.stop_reason is StopReason.CANCELLED:",
        "if isinstance(end, Failed) or text.strip() or end:",
        "a screen waits for words that never come",
    ),
    Mutation(
        "a screen that comes in the middle begins there",
        _SCREENS,
        "self._offer(each, draft.posted() if draft else [])",
        "self._offer(each, [])",
        "who reconnects sees the end of a sentence",
    ),
    Mutation(
        "offsets count characters",
        _DRAFT,
        '    return len(text.encode("utf-16-le")) // 2',
        "    return len(text)",
        "a client puts what follows an emoji in the wrong place",
    ),
    Mutation(
        "a draft begins with what the last attempt said",
        _DRAFT,
        "        self._posted += units(self._pending)\n",
        "        self._posted += 0\n",
        "a client shows a reply that is its last words",
    ),
    Mutation(
        "nobody asks whose a reply is",
        _SCREENS,
        "is_theirs = subscriber.user_id == self._asking.question.event.user_id",
        "is_theirs = bool(subscriber.user_id)",
        "where a session's claim is lost, who takes the session sees another's reply grow",
    ),
    Mutation(
        "nobody asks whose words a model is told",
        "functions/aws/read_models/conversations.py",
        'return item["user_id"]["S"] == user_id and ',
        "return bool(user_id) and ",
        "where a session's claim is lost, who takes the session is answered with what another said",
    ),
    Mutation(
        "every screen sees a reply grow under the sender's own id",
        _SCREENS,
        "own = self._asking.client_id if to.connection_id == question.event.connection_id else None",
        "own = self._asking.client_id",
        "two screens that use the same ids take each other's replies for their own",
    ),
    Mutation(
        "nobody looks for cancellations",
        _SCREENS,
        "        self.is_cancelled = watched.is_cancelled\n",
        "        self.is_cancelled = watched.is_cancelled and False\n",
        "a reply that nobody wants is paid for to its end",
    ),
    Mutation(
        "nobody reminds the responder",
        _REMINDING,
        "                self.announce(Deliver(connection_id, message_id, None, invocation.id))\n",
        "                pass\n",
        "a text whose invocation was lost gets no reply",
    ),
    Mutation(
        "a text is given up at once",
        "functions/domain/replies/reminding.py",
        "    if is_spent or now - text.arrived_at >= ABANDONED_MILLISECONDS:\n",
        "    if is_spent or now >= text.arrived_at:\n",
        "a text whose invocation was lost gets no reply",
    ),
    Mutation(
        "nothing is ever given up",
        _REMINDING,
        "                self._abandon(text, invocation)\n",
        "                pass\n",
        "a person waits for an answer that never comes",
    ),
    Mutation(
        "an outcome is told to nobody",
        "functions/operations/replies/concluding.py",
        "        delivery.post(numbered, self.feeds.stores",
        "        delivery.post(numbered, []) or delivery.post(numbered, [] and self.feeds.stores",
        "the end of a reply is seen after the next resume",
    ),
    Mutation(
        "what has an outcome is pending",
        "functions/operations/feeds/pending.py",
        "if each.outcome_key not in appended]",
        "if each.outcome_key]",
        "who returns waits for a reply that they have",
    ),
)
