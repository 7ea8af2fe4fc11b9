from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "ingest", "alerts", "dashboard", "benchmarks", "tests")
LONGEST = 300
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "shared"}


def files() -> list[Path]:
    written = {".py", ".js", ".css", ".lua"}
    found = [
        path for package in (*PACKAGES, "assets") for path in (ROOT / package).rglob("*") if path.suffix in written
    ]
    assert len(found) > 50
    return found


def too_long(paths: Iterable[Path]) -> list[str]:
    return [f"{path}: {lines} lines" for path in paths if (lines := path.read_text("utf-8").count("\n")) > LONGEST]


def drawers(paths: Iterable[Path]) -> list[str]:
    return [str(path) for path in paths if {part.casefold() for part in (*path.parts[:-1], path.stem)} & DRAWERS]


def test_every_file_can_be_read_in_one_sitting():
    assert too_long(files()) == []


def test_nothing_is_called_after_a_kind_of_code():
    assert drawers(path.relative_to(ROOT) for path in files()) == []


def test_a_planted_long_file_is_caught(tmp_path):
    (tmp_path / "long.py").write_text("x = 1\n" * 301)
    (tmp_path / "short.py").write_text("x = 1\n" * 300)
    assert too_long(tmp_path.glob("*.py")) == [f"{tmp_path / 'long.py'}: 301 lines"]


def test_a_planted_drawer_is_caught():
    assert drawers([Path("app/utils.py"), Path("app/common/x.py"), Path("app/tally.py")]) == [
        "app/utils.py",
        "app/common/x.py",
    ]


def test_every_package_says_what_it_is():
    for package in PACKAGES[:-1]:
        assert '"""' in (ROOT / package / "__init__.py").read_text()
