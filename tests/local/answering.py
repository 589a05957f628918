"""Stand-ins for AWS behind a `Cloud`: one that answers by botocore's models, one that loses an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

from botocore.exceptions import ConnectionClosedError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from local.cloud import Cloud

SERVICES: Final = (
    "apigatewayv2",
    "appsync",
    "cloudwatch",
    "cognito-idp",
    "dynamodb",
    "iam",
    "lambda",
    "logs",
    "scheduler",
    "sqs",
)
ABSENT: Final[Mapping[str, str]] = {
    "DeleteApi": "NotFoundException",
    "DescribeTable": "ResourceNotFoundException",
    "GetFunctionConfiguration": "ResourceNotFoundException",
    "GetQueueUrl": "AWS.SimpleQueueService.NonExistentQueue",
    "GetRole": "NoSuchEntity",
    "GetSchedule": "ResourceNotFoundException",
    "RemovePermission": "ResourceNotFoundException",
}
"""How AWS answers to these requests where nothing is there yet."""
_FRESH: Final[Mapping[str, Any]] = {
    "DescribeTimeToLive": {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
}


@dataclass
class Answering:
    """A cloud without a network: every request is answered as its model says, and noted.

    Attributes
    ----------
    absent
        The operations that find nothing, with the code that says so.
    sent
        The operations, in order.
    """

    absent: Mapping[str, str] = field(default_factory=lambda: ABSENT)
    sent: list[str] = field(default_factory=list)

    def cloud(self) -> Cloud:
        cloud = Cloud("http://127.0.0.1:1", "us-east-1")
        for service in SERVICES:
            cloud.client(service).meta.events.register("before-call", self._answer)
        return cloud

    def _answer(self, model: OperationModel, **_: Any) -> tuple[Any, Any]:
        self.sent.append(model.name)
        if code := self.absent.get(model.name):
            return SimpleNamespace(status_code=404, headers={}), {
                "Error": {"Code": code, "Message": "on purpose"}
            }
        known = _FRESH.get(model.name) or (_made_up(model.output_shape) if model.output_shape else {})
        return SimpleNamespace(status_code=200, headers={}), known


def _made_up(shape: Shape, within: Iterable[str] = ()) -> Any:
    if isinstance(shape, StructureShape):
        if shape.name in within:
            return {}
        inside = {*within, shape.name}
        # one page is all
        members = {name: member for name, member in shape.members.items() if not name.endswith("Token")}
        return {name: _made_up(member, inside) for name, member in members.items()}
    if isinstance(shape, ListShape):
        return []
    if isinstance(shape, MapShape):
        return {}
    return "x" if shape.type_name == "string" else 1


class Losing:
    """Carries every request out, and loses the answer to one of them.

    Attributes
    ----------
    sent
        The operations, in order.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.sent: list[str] = []
        self._lost: int | None = None
        for service in SERVICES:
            self._listen(cloud.client(service))

    def lose(self, index: int | None) -> None:
        """Begin to count anew, and lose the answer to the request of this index, or none."""
        self.sent.clear()
        self._lost = index

    def _listen(self, client: Any) -> None:
        def send(request: Any, **_: Any) -> Any:
            self.sent.append(request.headers.get("X-Amz-Target", request.url))
            if len(self.sent) - 1 != self._lost:
                return None
            client._endpoint.http_session.send(request)  # noqa: SLF001  # there is no other way to it
            raise ConnectionClosedError(endpoint_url=request.url)

        client.meta.events.register("before-send", send)
