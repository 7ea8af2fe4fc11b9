"""`emberwatch bench`."""


def command() -> None:
    """Not written yet."""
