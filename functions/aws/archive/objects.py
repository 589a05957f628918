"""The archive's objects in S3: each is written once, and changed only by who has read what it changes."""

from typing import Any, Final, NamedTuple

import msgspec
from botocore.exceptions import ClientError

from functions.aws.faults import code_of, unavailable
from functions.domain.archive.hours import WATERMARK, Watermark

_OVERTAKEN: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_ABSENT: Final = frozenset({"NoSuchKey", "404"})
_EVENTS: Final = "events"
"""The metadata that tells how many events an object has."""


class StoredObject(NamedTuple):
    """An object as it was read: its body, and the version (ETag) against which it can be replaced."""

    body: bytes
    version: str


class OvertakenError(Exception):
    """Another run has written the object meanwhile, so it has to be read again before it is changed."""


class Objects:
    """The bucket of the archive.

    Parameters
    ----------
    client
        An S3 client.
    bucket
        Its name.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keys(self, prefix: str) -> list[str]:
        """Return the keys that begin with a text; at most a thousand, which is more than an hour has."""
        with unavailable():
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        return [each["Key"] for each in answer.get("Contents", ())]

    def count(self, key: str) -> int:
        """Return how many events an object has, as it says itself; 0 if it is not there."""
        try:
            with unavailable():
                head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if code_of(error) in _ABSENT:
                return 0
            raise
        return int(head["Metadata"][_EVENTS])

    def read(self, key: str) -> StoredObject | None:
        """Return an object; None if it is not there."""
        try:
            with unavailable():
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return StoredObject(answer["Body"].read(), answer["ETag"])
        except ClientError as error:
            if code_of(error) in _ABSENT:
                return None
            raise

    def write(self, key: str, body: bytes, events: int, *, replaces: str | None = None) -> None:
        """Write an object that was not there, or replace the version of it that was read.

        Raises
        ------
        OvertakenError
            If it is there, or is another version by now.
        """
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces}
        try:
            with unavailable():
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType="application/gzip",
                    Metadata={_EVENTS: str(events)},
                    **condition,
                )
        except ClientError as error:
            if code_of(error) in _OVERTAKEN | _ABSENT:
                raise OvertakenError(key) from error
            raise

    def watermark(self) -> Watermark | None:
        """Return how far the archive has come; None if nothing was ever archived."""
        stored = self.read(WATERMARK)
        return None if stored is None else msgspec.json.decode(stored.body, type=Watermark)

    def set_watermark(self, watermark: Watermark) -> None:
        """Say how far the archive has come. If that is too early, the next run looks at those hours again."""
        with unavailable():
            self._client.put_object(
                Bucket=self._bucket,
                Key=WATERMARK,
                Body=msgspec.json.encode(watermark),
                ContentType="application/json",
            )
