"""Drills: a storm through the real pipeline in a space of its own, and how fast people were."""
