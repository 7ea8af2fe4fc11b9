"""The demo world: a fictional energy supplier, the people who talk about it, and a firestorm on demand."""
