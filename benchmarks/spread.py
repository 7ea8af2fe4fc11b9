"""How figures are spread."""

from collections.abc import Sequence


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th percentile (nearest rank) and the largest; NaN when there are none."""
    if not values:
        return {"p50": float("nan"), "p95": float("nan"), "max": float("nan")}
    ranked = sorted(values)
    return {
        "p50": ranked[(len(ranked) - 1) // 2],
        "p95": ranked[max(0, -(-95 * len(ranked) // 100) - 1)],
        "max": ranked[-1],
    }
