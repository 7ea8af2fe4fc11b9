"""`emberwatch doctor`."""


def command() -> None:
    """Not written yet."""
