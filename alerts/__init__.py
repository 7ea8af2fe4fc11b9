"""From tallies to incidents: detectors, evidence, notification."""
