"""Analyzers: one kind a file."""
