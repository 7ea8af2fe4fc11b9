"""Where config.yaml lies, and reading it, again when it changes."""

from pathlib import Path
from typing import NamedTuple

from app.config.check import check
from app.config.lines import read_yaml, written
from app.config.model import Config
from app.errors import ConfigError, WrongInput

LONGEST = 64_000_000
"""Bytes of a configuration; as many queries as may be watched fit in, each as long as it may be."""


class Stamp(NamedTuple):
    """By what a file is known to be another than before."""

    written: int
    size: int
    inode: int


class ConfigFile:
    """config.yaml where this process found it, read as this process was told to."""

    def __init__(self, path: Path | str | None = None, *, demo: bool = True) -> None:
        self.path = (Path(path) if path is not None else default_path()).absolute()
        self._demo = demo
        self.stamp: Stamp | None = None
        """What it was when it was read last."""

    def read(self) -> Config:
        """Read it; raise `ConfigError` with every mistake, `WrongInput` if nothing is left without the demo."""
        self.stamp = self.look()
        config = load(self.path)
        if self._demo:
            return config
        left = config.without_demo()
        if not left.brands:
            raise WrongInput("Without the demo there is no brand to watch; add one to config.yaml.")
        return left

    def look(self) -> Stamp | None:
        """Return what it is now; None if it cannot be found."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)


def default_path() -> Path:
    """Return ./config.yaml if there is one, else the one that came with the package."""
    here = Path("config.yaml")
    root = Path(__file__).parents[2]
    choices = (here, root / "assets" / "config.yaml", root / "config.yaml")
    return next((path for path in choices if path.is_file()), here)


def load(path: Path | str | None = None) -> Config:
    """Read a file (without `path` the default one); raise `ConfigError` with every mistake."""
    path = default_path() if path is None else Path(path)
    try:
        with path.open("rb") as file:
            body = file.read(LONGEST + 1)
        if len(body) > LONGEST:
            sentence = f"the file has more than {LONGEST:,} bytes; is this the right one? Name it with --config FILE"
            raise ConfigError(str(path), [("file", 1, sentence)])
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(path), [("file", line, "this is not UTF-8 text; save it as UTF-8")]) from None
    except OSError as error:
        sentence = f"the file cannot be read ({error.strerror}); name one with --config FILE"
        raise ConfigError(str(path), [("file", 1, sentence)]) from None
    return read(text, str(path))


def read(text: str, file: str = "config.yaml") -> Config:
    """Read the text of a file; raise `ConfigError` with every mistake, in the order of lines."""
    document = read_yaml(text)
    mistakes = list(document.mistakes)
    config = None
    if document.data is not None or not mistakes:
        config, found = check(document, Path(file).parent)
        told = {path for path, _, _ in mistakes}
        mistakes += [(path, document.line(path), sentence) for path, sentence in found if path not in told]
    if mistakes or config is None:
        mistakes.sort(key=lambda mistake: mistake[1])
        raise ConfigError(file, [(written(path), line, sentence) for path, line, sentence in mistakes])
    return config
