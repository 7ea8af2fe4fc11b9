"""Verbs of alarms: one a file."""
