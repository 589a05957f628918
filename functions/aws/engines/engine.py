"""What answers texts: the narrow protocol that every engine keeps. `tests/contract` holds them to it."""

from collections.abc import Generator
from typing import Protocol

from functions.domain.replies.pieces import Piece
from functions.domain.replies.prompt import Prompt


class Engine(Protocol):
    """Answers a prompt in pieces, as they come.

    Attributes
    ----------
    model
        Who answers, for the log.
    """

    model: str

    def reply(self, prompt: Prompt, asked: int, /) -> Generator[Piece]:
        """Yield any number of `TextPiece`, and then one `Ended` or `Failed`.

        What goes wrong outside is a `Failed`, never an exception; what is raised is a fault of ours. Nothing
        is tried again here: a second try begins anew, and its reader has to know that. Who has heard enough
        closes the generator, which gives the connection up.

        Parameters
        ----------
        asked
            How often this question was asked, from 1.
        """
        ...
