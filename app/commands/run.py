"""`emberwatch run`."""


def command() -> None:
    """Not written yet."""
