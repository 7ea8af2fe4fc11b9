"""The public form of a mention: one JSON object a line (replay files, push, exports)."""
