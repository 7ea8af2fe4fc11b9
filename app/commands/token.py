"""`emberwatch token`."""


def command() -> None:
    """Not written yet."""
