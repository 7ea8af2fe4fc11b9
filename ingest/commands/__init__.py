"""Verbs of the command line that belong to ingest."""
