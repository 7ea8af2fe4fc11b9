import asyncio

import pytest

from ingest.cancellation import heed_cancellation

pytestmark = pytest.mark.anyio


async def test_a_cancellation_turned_into_an_error_still_ends_the_loop():
    async def loop():
        while True:
            try:
                try:
                    await asyncio.get_running_loop().create_future()
                finally:
                    raise OSError("closing failed")
            except OSError:
                heed_cancellation()

    heed_cancellation()
    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
