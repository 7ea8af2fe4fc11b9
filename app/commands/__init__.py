"""The kernel's own verbs; other packages bring theirs by entry point in `emberwatch.commands`."""
