"""Detectors: one signal a file."""
