"""The tally of a minute without a word written: the same draw of chance, judged as the analyzers would judge."""

from collections.abc import Iterable

from app.domain.tally import MinuteTally
from ingest.demo.plan import Plan

JUDGED = {
    "negative": (0.86, 0.06, 0.01, 0.07),
    "neutral": (0.13, 0.66, 0.20, 0.01),
    "positive": (0.02, 0.03, 0.89, 0.06),
}
"""What we meant → shares of what the lexicon finds (negative, neutral, positive, uncertain), measured on usual days."""
JUDGED_IN_STORM = {
    "negative": (0.955, 0.015, 0.0, 0.03),
    "neutral": (0.55, 0.385, 0.005, 0.06),
    "positive": (0.0, 0.11, 0.89, 0.0),
}
"""The same measured in a storm, where even questions hold angry words."""


def _steps(judged: dict[str, tuple[float, float, float, float]]) -> dict[str, tuple[float, float, float]]:
    return {meant: (row[0], row[0] + row[1], sum(row[:3])) for meant, row in judged.items()}


STEPS, STORM_STEPS = _steps(JUDGED), _steps(JUDGED_IN_STORM)


def count(start: int, plans: Iterable[Plan]) -> MinuteTally:
    """Return the tally of the planned mentions that match a query of ours."""
    labels = [0, 0, 0, 0]
    number = reach = reposts = 0
    channels: dict[str, int] = {}
    authors = set()
    for plan in plans:
        line = plan.line
        if line.noise:
            continue
        number += 1
        first, second, third = (STORM_STEPS if plan.stormy else STEPS)[line.sentiment]
        mark = plan.mark
        labels[0 if mark < first else 1 if mark < second else 2 if mark < third else 3] += 1
        channels[line.channel] = channels.get(line.channel, 0) + 1
        reach += plan.speaker.reach
        reposts += line.kind == "repost"
        authors.add(plan.speaker.author.id)
    negative, neutral, positive, uncertain = labels
    return MinuteTally(start, number, negative, neutral, positive, uncertain, reach, reposts, len(authors), channels)
