"""A stand-in for an S3 bucket that holds the conditions of writes; `tests/contract` compares it."""

import hashlib
import io
from typing import Any

from botocore.exceptions import ClientError


class Bucket:
    """A client of S3 with one bucket, in memory.

    Attributes
    ----------
    objects
        Body and metadata by key.
    writes
        The keys that were written, in order.
    failing
        A key that cannot be written.
    """

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.writes: list[str] = []
        self.failing: str | None = None

    def put_object(self, **request: Any) -> None:
        key = request["Key"]
        if key == self.failing:
            raise error("InternalError", 500, "PutObject")
        there = self._version(key)
        if request.get("IfNoneMatch") == "*" and there is not None:
            raise error("PreconditionFailed", 412, "PutObject")
        if (wanted := request.get("IfMatch")) is not None:
            if there is None:
                raise error("NoSuchKey", 404, "PutObject")
            if wanted != there:
                raise error("PreconditionFailed", 412, "PutObject")
        self.objects[key] = (request["Body"], request.get("Metadata", {}))
        self.writes.append(key)

    def get_object(self, **request: Any) -> dict[str, Any]:
        if request["Key"] not in self.objects:
            raise error("NoSuchKey", 404, "GetObject")
        return {
            "Body": io.BytesIO(self.objects[request["Key"]][0]),
            "ETag": self._version(request["Key"]),
        }

    def head_object(self, **request: Any) -> dict[str, Any]:
        if request["Key"] not in self.objects:
            raise error("404", 404, "HeadObject")
        return {"Metadata": self.objects[request["Key"]][1]}

    def list_objects_v2(self, **request: Any) -> dict[str, Any]:
        keys = sorted(key for key in self.objects if key.startswith(request["Prefix"]))
        return {"Contents": [{"Key": key} for key in keys]} if keys else {}

    def _version(self, key: str) -> str | None:
        if key not in self.objects:
            return None
        return f'"{hashlib.md5(self.objects[key][0], usedforsecurity=False).hexdigest()}"'


def error(code: str, status: int, operation: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)
