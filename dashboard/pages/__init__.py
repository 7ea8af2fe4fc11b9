"""Pages that Dash serves: one a file."""
