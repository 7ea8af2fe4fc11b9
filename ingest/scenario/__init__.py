"""The player of drills: a scenario as a pure function of seed and minute."""
