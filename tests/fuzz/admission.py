"""What both authorizers may answer: a policy that names who was proved, or one that tells nothing at all."""

import json
from typing import Any, Final

from functions.domain.refusals import Unavailable
from tests.fakes import Crowd
from tests.fakes import crowd as beside
from tests.fuzz.proof import names_somebody
from tests.fuzz.verdicts import Input, Verdict, must

_CROWDED: Final = "crowded"
"""The state in which the user has as many connections as may be."""
UNCOUNTED: Final = "uncounted"
"""The state in which nobody can tell how many they are."""
_MOST: Final = 10
_CONTEXT_BYTES: Final = 8_192


def crowd(state: str) -> Crowd:
    """Return the connections of a state."""
    fault = Unavailable("on purpose") if state == UNCOUNTED else None
    return beside(_MOST if state == _CROWDED else 0, fault)


def admitted(given: Input, answer: Any, proved: dict[str, int]) -> Verdict:
    """Hold an authorizer's answer to who its client was proved to be, and until when."""
    must(answer.keys() == {"principalId", "policyDocument", "context"}, f"answers with {answer}")
    (statement,) = answer["policyDocument"]["Statement"]
    context = answer["context"]
    json.dumps(answer)
    if statement["Effect"] == "Deny":
        must((answer["principalId"], context) == ("nobody", {}), f"says why: {answer}")
        must(given.kind != "valid" or given.state == _CROWDED or not proved, "keeps out who proved who it is")
        return Verdict.REFUSED
    must(statement["Effect"] == "Allow", f"answers with {answer}")
    must(given.state != _CROWDED, "lets in more connections than may be")
    user = context["userId"]
    must(user in proved, f"lets in {user!r}, who proved nothing")
    must(answer["principalId"] == user and context["exp"] == str(proved[user]), f"lets in as {context}")
    must(given.kind == "broken" or statement["Resource"] == given.value["methodArn"], "lets in elsewhere")
    query = given.value.get("queryStringParameters") or {}
    must(context.get("sessionId") == query.get("sessionId"), "lets in to another session")
    must("sessionId" not in context or names_somebody(context["sessionId"]), "takes a name that is none")
    must(context.keys() <= {"userId", "connectedAt", "exp", "expiresAt", "sessionId"}, f"hands on {context}")
    must(all(isinstance(value, str) for value in context.values()), "hands on what is no text")
    must(len(json.dumps(context)) < _CONTEXT_BYTES, "hands on more than the gateway takes")
    return Verdict.ACCEPTED


def repeated(one: Any, other: Any) -> bool:
    """Tell whether two refusals tell the same."""
    return bool(json.dumps(one) == json.dumps(other))
