"""What a person sees while the system starts: a moving line on a terminal, plain lines elsewhere."""

import sys

from rich.console import Console
from rich.status import Status


class Progress:
    """Says what is waited for and what is done."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self._status: Status | None = None

    def waiting(self, sentence: str) -> None:
        """Show what is waited for; on a terminal only."""
        if not self._console.is_terminal:
            return
        if self._status is None:
            self._status = self._console.status(sentence)
            self._status.start()
        self._status.update(sentence)

    def say(self, sentence: str) -> None:
        """Print a line that stays."""
        self._console.print(sentence, markup=False)
        self._console.file.flush()

    def done(self) -> None:
        """Stop moving."""
        if self._status is not None:
            self._status.stop()
            self._status = None
