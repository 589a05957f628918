"""What the errors of Bedrock and of its SDK mean for a stream of speech.

They are known by the names of their classes, so that nothing of the SDK is imported here. Of an error's text
nothing goes into the log where it may hold somebody's words.
"""

from typing import Final, NamedTuple

from functions.domain.voice.said import Failure

_FAILURES: Final = {
    "throttling": Failure.THROTTLED,
    "servicequotaexceeded": Failure.THROTTLED,
    "modeltimeout": Failure.TIMED_OUT,
    "modelstreamerror": Failure.UNAVAILABLE,
    "modelerror": Failure.UNAVAILABLE,
    "modelnotready": Failure.UNAVAILABLE,
    "internalserver": Failure.UNAVAILABLE,
    "serviceunavailable": Failure.UNAVAILABLE,
    "accessdenied": Failure.MISCONFIGURED,
    "resourcenotfound": Failure.MISCONFIGURED,
    "smithyidentityerror": Failure.MISCONFIGURED,
    "configvalidationerror": Failure.MISCONFIGURED,
}
"""By the name of the class in lower case, without ``Exception``."""
_FINAL: Final = frozenset({Failure.REJECTED, Failure.MISCONFIGURED})
_PASSING: Final = ("internalerrorcode=531", "system instability")
"""What a ``ValidationException`` says that is none: the model has hung up, and takes the next stream."""
_REFUSED: Final = ("status: 401", "status: 403", "status: 404")
"""What the SDK says of an error that it has no class for, such as an expired token."""
_MOST_CHARACTERS: Final = 300


class Break(NamedTuple):
    """Why a stream has ended by itself, or could not be opened.

    Parameters
    ----------
    failure
        What it is.
    detail
        For the log; nobody's words.
    """

    failure: Failure
    detail: str

    @property
    def passing(self) -> bool:
        """Whether another stream may do better."""
        return self.failure not in _FINAL


CUT: Final = Break(Failure.UNAVAILABLE, "the stream was cut")
STALLED: Final = Break(Failure.UNAVAILABLE, "the stream takes nothing more")
SILENT: Final = Break(Failure.UNAVAILABLE, "no answer")


def break_of(error: BaseException) -> Break:
    """Return what an error means."""
    name = type(error).__name__
    kind = name.lower().removesuffix("exception")
    message = str(error).lower()
    if kind == "validation":
        passing = any(words in message for words in _PASSING)
        return Break(Failure.UNAVAILABLE if passing else Failure.REJECTED, name)
    unknown = Failure.MISCONFIGURED if any(each in message for each in _REFUSED) else Failure.UNAVAILABLE
    failure = _FAILURES.get(kind, unknown)
    if failure is Failure.MISCONFIGURED:
        # it names a model, a role or a region, and was decided before anybody was heard
        return Break(failure, f"{name}: {error}"[:_MOST_CHARACTERS])
    return Break(failure, name)
