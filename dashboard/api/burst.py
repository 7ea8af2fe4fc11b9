"""A burst as the API tells it."""

from typing import Any

from app.domain.burst import Burst
from app.domain.instant import rfc3339


def told(burst: Burst) -> dict[str, Any]:
    """Return a burst with its score, its grounds and their reasons."""
    return {
        "score": round(burst.score, 3),
        "marked": burst.marked,
        "started_at": rfc3339(burst.started_at),
        "posts": burst.posts,
        "authors": burst.authors,
        "grounds": [
            {"name": one.name, "figure": one.figure, "share": round(one.share, 3), "reason": one.said}
            for one in burst.grounds
        ],
    }
