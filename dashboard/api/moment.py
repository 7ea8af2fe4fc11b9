"""The present state of a brand, read from the bus when somebody asks; the wall keeps its own."""

from app.config import Config
from app.service import Context
from dashboard.api.query import brand_of
from dashboard.state import BrandState


async def present(context: Context, brand: str, window: float) -> tuple[BrandState, float]:
    """Return the brand's state that reaches back `window` seconds, and the instant it stands for."""
    now = context.clock.now()
    snapshot = await context.bus.snapshot([brand], now - window - 600)
    state = BrandState(brand)
    state.add(snapshot.tally, snapshot.profiles)
    state.hear(snapshot.newest.get(brand, ()), (), now)
    return state, now


def brands_asked(config: Config, brand: str | None) -> list[str]:
    """Return the brand asked for, or all of them; raise `NotFound` for one we do not watch."""
    return [brand_of(config, brand).id] if brand else [one.id for one in config.brands]
