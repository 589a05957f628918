"""The framing of event streams, written anew: the SDK must not check itself."""

import struct
from binascii import crc32
from collections.abc import Iterator
from typing import Final, NamedTuple

_STRING: Final = 7
_BYTES: Final = 6
_TIMESTAMP: Final = 8
_OVERHEAD: Final = 16
"""Two lengths and their checksum, and the checksum of all."""

Headers = dict[str, str | bytes | int]


class FramingError(Exception):
    """Bytes that are no message."""


class Message(NamedTuple):
    """A message, with its headers as they were written."""

    headers: Headers
    payload: bytes


def encode(headers: Headers, payload: bytes) -> bytes:
    """Return a message with headers that are strings."""
    written = encode_headers(headers)
    lengths = struct.pack("!II", len(written) + len(payload) + _OVERHEAD, len(written))
    checked = lengths + struct.pack("!I", crc32(lengths)) + written + payload
    return checked + struct.pack("!I", crc32(checked))


def encode_headers(headers: Headers) -> bytes:
    """Return headers as they are written; a number is a time in milliseconds."""
    written = b""
    for name, value in headers.items():
        written += struct.pack("!B", len(name)) + name.encode()
        if isinstance(value, int):
            written += struct.pack("!Bq", _TIMESTAMP, value)
        else:
            data, kind = (value.encode(), _STRING) if isinstance(value, str) else (value, _BYTES)
            written += struct.pack("!BH", kind, len(data)) + data
    return written


class Reader:
    """Takes bytes as they come, and gives whole messages."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """Give the messages that these bytes complete."""
        self._data += data
        while len(self._data) >= _OVERHEAD:
            length, headers, checksum = struct.unpack("!III", self._data[:12])
            if crc32(self._data[:8]) != checksum:
                raise FramingError("the checksum of the lengths is wrong")
            if len(self._data) < length:
                return
            message, self._data = self._data[:length], self._data[length:]
            if crc32(message[:-4]) != struct.unpack("!I", message[-4:])[0]:
                raise FramingError("the checksum is wrong")
            yield Message(_headers(message[12 : 12 + headers]), message[12 + headers : -4])


def _headers(data: bytes) -> Headers:
    headers: Headers = {}
    while data:
        name, data = data[1 : 1 + data[0]].decode(), data[1 + data[0] :]
        kind = data[0]
        if kind == _TIMESTAMP:
            headers[name], data = struct.unpack("!q", data[1:9])[0], data[9:]
        elif kind in {_STRING, _BYTES}:
            size = struct.unpack("!H", data[1:3])[0]
            value, data = data[3 : 3 + size], data[3 + size :]
            headers[name] = value.decode() if kind == _STRING else value
        else:
            raise FramingError(f"a header of type {kind}")
    return headers
