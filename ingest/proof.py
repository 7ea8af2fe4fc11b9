"""The proof that a source works: its connector asks the channel one thing, now."""

import dataclasses

import anyio
import structlog

from app.domain.instant import rfc3339
from app.domain.source import Cause, Proof, SourceState, SourceStatus
from app.errors import SourceUnavailable, WrongInput
from ingest.connector import Connector, Setting
from ingest.failure import cause_of

PATIENCE = 8.0
"""Seconds the channel has to answer."""

log = structlog.get_logger("ingest")


async def proved(kind: type[Connector], setting: Setting, state: SourceState) -> Proof:
    """Return what the channel says when asked now; never raises what a connector may raise.

    A connector of its own is asked, so that the one that listens is not disturbed. One that cannot be asked is judged
    by what it has said of itself.
    """
    at = setting.clock.now()
    probe = getattr(kind, "probe", None)
    if probe is None:
        return _known(state, at)
    try:
        with anyio.fail_after(PATIENCE):
            said: str = await probe(kind(dataclasses.replace(setting, report=_unheard)))
        return Proof(works=True, said=said, at=at)
    except SourceUnavailable as away:
        return Proof(works=False, said=str(away), at=at, cause=cause_of(away))
    except WrongInput as wrong:
        return Proof(works=False, said=str(wrong), at=at, cause="setting")
    except TimeoutError:
        return Proof(works=False, said=f"It has not answered within {PATIENCE:.0f} s.", at=at, cause="network")
    except Exception as error:  # noqa: BLE001 - a test of a source must not stop its listener
        log.warning("source.test_failed", source=setting.source, error=type(error).__name__)
        return Proof(works=False, said=f"The test broke off with {type(error).__name__}.", at=at)


def _known(state: SourceState, at: float) -> Proof:
    if state.status not in {"live", "idle"}:
        return Proof(works=False, said=state.reason or f"It is {state.status}.", at=at, cause=state.cause)
    if state.passive:
        said = "It is ready and waits for what is sent to it; whether anybody will send cannot be tested from here."
        return Proof(works=True, said=said, at=at)
    answered = f"it last answered at {rfc3339(state.proved_at)}" if state.proved_at else "it has not answered yet"
    return Proof(works=True, said=f"It is listening; {answered}. This channel has no test of its own.", at=at)


def _unheard(status: SourceStatus, reason: str, /, cause: Cause = "") -> None:
    """Take no notice: a test is no change of health."""
