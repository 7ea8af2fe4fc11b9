"""What stopped a connector: what it means for its source, and when to try again."""

from typing import NamedTuple, cast, get_args

from app.domain.source import Cause, SourceStatus
from app.errors import CredentialMissing, SourceUnavailable, WrongInput
from ingest.poll import WITHOUT_KEY

LONGEST_PAUSE = 30.0
LEAST_PAUSE = 0.5


class Failure(NamedTuple):
    """Status, sentence and cause to report, and the seconds until the connector is started again."""

    status: SourceStatus
    reason: str
    cause: Cause
    pause: float


def failure_of(error: BaseException, failures: int) -> Failure:
    """Return what an error that escaped from a connector means; `failures` is how many there were in a row.

    What was raised on purpose speaks for itself. The channel's own wish to be left alone is kept to, a missing key is
    asked for once a minute, everything else after a pause that doubles.
    """
    pause = min(LONGEST_PAUSE, LEAST_PAUSE * 2 ** min(failures, 10))
    if isinstance(error, CredentialMissing):
        return Failure("failed", str(error), "credential", max(WITHOUT_KEY, error.retry_after or 0.0))
    if isinstance(error, SourceUnavailable):
        wanted = pause if error.retry_after is None else max(error.retry_after, LEAST_PAUSE)
        return Failure("unreachable", str(error), cause_of(error), wanted)
    if isinstance(error, WrongInput):
        return Failure("failed", str(error), "setting", pause)
    said = f"The connector stopped with {type(error).__name__}: {error} It is started again."
    return Failure("failed", said, "", pause)


def cause_of(error: SourceUnavailable) -> Cause:
    """Return the cause a connector named, `server` if it is none we know."""
    return cast("Cause", error.cause) if error.cause in get_args(Cause) else "server"
