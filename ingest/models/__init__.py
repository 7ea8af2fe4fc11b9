"""Learned weights and what is known about them, machine-written: see docs/models."""
