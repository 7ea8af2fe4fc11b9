from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import anyio
import pytest
from structlog.testing import capture_logs

from app.clock import ManualClock
from app.config import Config
from app.domain.brand import Brand
from app.domain.fault import Fault
from app.errors import BusUnavailable, WrongInput
from app.runner import insist, keep
from app.service import Context

pytestmark = pytest.mark.anyio


@dataclass
class ReportingBus:
    """A bus that only notes who reported when."""

    clock: ManualClock
    reports: list[tuple[str, str, float]] = field(default_factory=list)
    away: int = 0
    """How many reports fail because Redis is away."""

    async def report_service(self, name: str, worker: str, at: float, config: str, fault: Fault | None) -> None:
        if self.away:
            self.away -= 1
            raise BusUnavailable("Redis is away")
        self.reports.append((name, worker, at))


class Writable:
    """An archive that takes everything."""

    def refusal(self) -> None:
        return None


class Stop(BaseException):
    """Ends a test from inside a service."""


@pytest.fixture
def context(tmp_path: Path) -> Context:
    clock = ManualClock(1000.0)
    config = Config(brands=(Brand("nord", "Nord", "nord"),))
    return Context(config, tmp_path, clock, ReportingBus(clock), Writable(), None)


async def run_until_stop(service, context) -> None:
    with pytest.raises(BaseExceptionGroup) as caught:
        async with anyio.create_task_group() as group:
            group.start_soon(partial(keep, "x", service, context))
    assert caught.group_contains(Stop)


async def test_a_failing_service_is_started_again_with_growing_pauses(context):
    starts = []

    class Failing:
        name = "x"

        def __init__(self, context: Context) -> None:
            self.context = context

        async def run(self) -> None:
            starts.append(context.clock.now())
            if len(starts) == 9:
                raise Stop
            raise RuntimeError("planted")

    await run_until_stop(Failing, context)
    pauses = [round(after - before, 3) for before, after in pairwise(starts)]
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert context.bus.reports == []


async def test_after_a_healthy_minute_the_pauses_start_over(context):
    starts = []

    class Failing:
        name = "x"

        def __init__(self, context: Context) -> None:
            self.context = context

        async def run(self) -> None:
            starts.append(context.clock.now())
            if len(starts) == 5:
                raise Stop
            if len(starts) == 4:
                context.clock.advance(61)
            raise RuntimeError("planted")

    await run_until_stop(Failing, context)
    pauses = [round(after - before, 3) for before, after in pairwise(starts)]
    assert pauses == [0.2, 0.4, 0.8, 61.2]


async def test_a_service_that_ends_by_itself_is_started_again(context):
    starts = []

    class Ending:
        name = "x"

        def __init__(self, context: Context) -> None:
            pass

        async def run(self) -> None:
            starts.append(1)
            if len(starts) == 3:
                raise Stop

    await run_until_stop(Ending, context)
    assert len(starts) == 3


async def test_a_service_that_ends_because_it_is_stopped_has_not_failed(context):
    ended = []

    class Polite:
        name = "x"

        def __init__(self, context: Context) -> None:
            self.context = context

        async def run(self) -> None:
            with suppress(anyio.get_cancelled_exc_class()):
                await anyio.sleep_forever()
            ended.append(1)

    with capture_logs() as lines:
        async with anyio.create_task_group() as group:
            group.start_soon(partial(keep, "x", Polite, context))
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    assert ended == [1]
    assert [line for line in lines if line["log_level"] == "error"] == []


async def test_a_service_that_cannot_be_made_is_tried_again(context):
    made = []

    class Unmade:
        name = "x"

        def __init__(self, context: Context) -> None:
            made.append(1)
            if len(made) < 3:
                raise ValueError("planted")

        async def run(self) -> None:
            raise Stop

    await run_until_stop(Unmade, context)
    assert len(made) == 3


async def test_readiness_is_reported_from_ready_on_every_five_seconds(context):
    class Ready:
        name = "x"

        def __init__(self, context: Context) -> None:
            self.context = context

        async def run(self) -> None:
            await anyio.lowlevel.checkpoint()
            assert self.context.bus.reports == []
            self.context.ready.set()
            while len(self.context.bus.reports) < 3:
                await anyio.lowlevel.checkpoint()
            raise Stop

    context.bus.away = 1
    await run_until_stop(Ready, context)
    assert context.bus.reports[:3] == [("x", context.worker, at) for at in (1005.0, 1010.0, 1015.0)]


async def test_readiness_is_lost_with_the_service(context):
    reported = []

    class Losing:
        name = "x"

        def __init__(self, context: Context) -> None:
            self.context = context

        async def run(self) -> None:
            reported.append(len(self.context.bus.reports))
            assert not self.context.ready.is_set()
            if len(reported) == 2:
                for _ in range(20):
                    await anyio.lowlevel.checkpoint()
                reported.append(len(self.context.bus.reports))
                raise Stop
            self.context.ready.set()
            while not self.context.bus.reports:
                await anyio.lowlevel.checkpoint()
            raise RuntimeError("planted")

    await run_until_stop(Losing, context)
    assert reported[1] == reported[2]


async def test_what_is_away_is_waited_for():
    clock, tries = ManualClock(), []

    async def attempt() -> str:
        tries.append(clock.now())
        if len(tries) < 4:
            raise BusUnavailable("away")
        return "there"

    faults: dict[str, Fault] = {}
    assert await insist("redis", attempt, clock, faults) == "there"
    assert faults == {}
    assert [round(at, 1) for at in tries] == [0.0, 0.2, 0.6, 1.4]


async def test_what_can_never_work_is_not_tried_again():
    async def attempt() -> str:
        raise WrongInput("a newer database")

    with pytest.raises(WrongInput):
        await insist("archive", attempt, ManualClock(), {})
