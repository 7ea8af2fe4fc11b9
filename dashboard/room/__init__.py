"""The incident room: all that is known of one incident, and all that a person can do about it, as nodes of a page."""
