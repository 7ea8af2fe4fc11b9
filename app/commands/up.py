"""`emberwatch up`."""


def command() -> None:
    """Not written yet."""
