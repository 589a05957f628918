"""The roles that review and deliver: their policies, with the words in capitals filled in."""

import json
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from tests.docs.markdown import ROOT
from tests.infra.program import ACCOUNT, REGION

FOLDER: Final = ROOT / "docs" / "delivery"
DOCUMENTS: Final = sorted(path.stem for path in FOLDER.glob("*.json"))
DEPLOYING: Final = [each for each in DOCUMENTS if each.startswith("deploy") or each == "doctor"]
"""Those that a role has that deploys."""
OIDC: Final = "token.actions.githubusercontent.com"
SUBJECT: Final = "repo:airium@1/realtime@2"


class Need(NamedTuple):
    """One action on one resource."""

    action: str
    resource: str


def statements(document: str, stack: str = "prod") -> list[dict[str, Any]]:
    """Return the statements of a policy."""
    text = (FOLDER / f"{document}.json").read_text()
    words = {"ACCOUNT": ACCOUNT, "REGION": REGION, "STATE": "state", "STACK": stack, "REPOSITORY": SUBJECT}
    for word, value in words.items():
        text = text.replace(word, value)
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return found


def actions(*documents: str) -> set[str]:
    """Return what policies allow, on whatever resource."""
    return {action for each in documents for found in statements(each) for action in found["Action"]}


def allowed(need: Need, *documents: str) -> bool:
    """Tell whether policies allow an action on a resource."""
    return any(
        need.action in found["Action"] and any(fnmatchcase(need.resource, each) for each in found["Resource"])
        for document in documents
        for found in statements(document)
    )
