"""Lines that somebody types, or that come through a pipe, without ever waiting for one."""

import codecs
import os


class Typed:
    """What is read from a file descriptor.

    Attributes
    ----------
    has_ended
        Whether nothing more comes.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self.has_ended = False

    def fileno(self) -> int:
        """Return what becomes readable when there is something."""
        return self._descriptor

    def read(self) -> list[str]:
        """Return the lines that are there; a last one without an end too, once nothing more comes."""
        read = os.read(self._descriptor, 65_536)
        self.has_ended = not read
        *lines, self._rest = (self._rest + self._decoder.decode(read, final=not read)).split("\n")
        return [*lines, self._rest] if self.has_ended else lines
