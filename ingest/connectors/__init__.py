"""Connectors: one channel a file."""
