"""Panels: one block of a scene a file."""
