"""The tally of a minute without a word written: the same draw of chance, judged as the analyzers would judge."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import filterfalse
from operator import attrgetter

from app.domain.tally import MinuteTally
from ingest.demo.plan import Plan

JUDGED = {
    "negative": (0.955, 0.01, 0.005, 0.03),
    "neutral": (0.17, 0.61, 0.035, 0.185),
    "positive": (0.01, 0.01, 0.955, 0.025),
}
"""What we meant → shares of what the model finds (negative, neutral, positive, uncertain), measured on usual days."""
JUDGED_IN_STORM = {
    "negative": (0.998, 0.002, 0.0, 0.0),
    "neutral": (0.12, 0.77, 0.0, 0.11),
    "positive": (0.0, 0.02, 0.96, 0.02),
}
"""The same measured in a storm, where even questions hold angry words."""


STEPS = {
    (stormy, meant): (row[0], row[0] + row[1], sum(row[:3]))
    for stormy, judged in ((False, JUDGED), (True, JUDGED_IN_STORM))
    for meant, row in judged.items()
}
NOISE, MEANT, MARK = attrgetter("line.noise"), attrgetter("stormy", "line.sentiment"), attrgetter("mark")
KIND, CHANNEL = attrgetter("line.kind"), attrgetter("line.channel")
REACH, AUTHOR = attrgetter("speaker.reach"), attrgetter("speaker.author.id")


def count(start: int, plans: Iterable[Plan]) -> MinuteTally:
    """Return the tally of the planned mentions that match a query of ours."""
    heard = list(filterfalse(NOISE, plans))
    labels = Counter(map(bisect_right, map(STEPS.__getitem__, map(MEANT, heard)), map(MARK, heard)))
    return MinuteTally(
        start=start,
        count=len(heard),
        negative=labels[0],
        neutral=labels[1],
        positive=labels[2],
        uncertain=labels[3],
        reach=sum(map(REACH, heard)),
        reposts=list(map(KIND, heard)).count("repost"),
        authors=len(set(map(AUTHOR, heard))),
        channels=dict(Counter(map(CHANNEL, heard))),
    )
