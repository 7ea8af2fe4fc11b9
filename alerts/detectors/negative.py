"""More negative mentions than usual."""

from operator import attrgetter

from alerts.detection.surge import Limits, Surge


class NegativeDetector(Surge):
    """Raises when a brand is mentioned negatively far more often than usual at this hour of the week."""

    name = "negative"
    limits = Limits(risk=6.0, ratio=2.0, least=10.0)
    measure = staticmethod(attrgetter("negative"))
