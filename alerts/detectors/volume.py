"""More mentions than usual."""

from alerts.detection.surge import Limits, Surge


class VolumeDetector(Surge):
    """Raises when a brand is mentioned far more often than usual at this hour of the week."""

    name = "volume"
    limits = Limits(least=20.0)
