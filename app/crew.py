"""A crew: several processes of the same services, as `emberwatch run --workers` keeps them."""

from collections.abc import Sequence

import anyio

from app import metrics
from app.child import WORKER, WORKERS, Child, heed_signals
from app.clock import Clock
from app.seat import short


class Crew:
    """Starts its workers, starts again those that die, and leaves none behind."""

    def __init__(self, workers: Sequence[str], command: Sequence[str], clock: Clock) -> None:
        self._hard = anyio.Event()
        self._children = [
            Child(
                short(worker),
                command,
                clock,
                hard=self._hard,
                environment={WORKER: worker, WORKERS: str(len(workers))},
                died=_died,
            )
            for worker in workers
        ]

    async def run(self) -> None:
        """Run until Ctrl-C or SIGTERM; a second Ctrl-C stops hard."""
        stopping = anyio.CancelScope()
        async with anyio.create_task_group() as group:
            group.start_soon(heed_signals, stopping, self._hard)
            with stopping:
                async with anyio.create_task_group() as kept:
                    for child in self._children:
                        kept.start_soon(child.keep)
            group.cancel_scope.cancel()


def _died(name: str) -> None:
    metrics.RESTARTS.labels(name).inc()
    metrics.forget(name)
