"""One installation: where its Redis answers and where its archive lies."""

from pathlib import Path

from app.bus.redis import RedisBus
from app.bus.server import locate
from app.clock import Clock
from app.config import Config
from app.errors import BusUnavailable, WrongInput
from app.marking import elsewhere
from app.store.engine import Store, open_store


def bus_url(data: Path) -> str:
    """Return where Redis answers: `REDIS_URL`, else the server that `emberwatch up` runs on this data folder."""
    url = elsewhere(data, "REDIS_URL") or locate(data)
    if url is None:
        raise BusUnavailable(f"Nothing runs on {data}; start it with `emberwatch up --data {data}` or set REDIS_URL.")
    return url


def open_archive(data: Path, clock: Clock) -> Store:
    """Open the archive, `DATABASE_URL` or SQLite in the data folder, and bring its schema up to date."""
    other = elsewhere(data, "DATABASE_URL")
    if not other:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open_store(other or data / "emberwatch.sqlite", clock=clock)


def make_bus(config: Config, data: Path, clock: Clock) -> RedisBus:
    """Return the bus of a data folder, not opened yet; raise `BusUnavailable` if nothing runs there."""
    url = bus_url(data)
    try:
        limits = config.bus.lag_limit.model_dump()
        return RedisBus(
            url, partitions=config.bus.partitions, lag_limit=limits, clock=clock, replicas=config.bus.replicas
        )
    except ValueError:  # its reason may repeat the password
        raise WrongInput("REDIS_URL is no address of a Redis; write one such as redis://127.0.0.1:6379/0.") from None
