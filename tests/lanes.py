"""Runs the tests in two lanes side by side, because two cores have room for both: whole systems, and their parts.

`python tests/lanes.py [pytest's arguments]`; with paths or a choice (`-k`, `-m`) among the arguments there is one lane.
The first lane is shown while it runs, the second when it is done. Exit code 0 only if all lanes passed.
"""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
WHOLE = ("acceptance", "browser")
"""Folders whose tests start whole systems and wait for them; browser tests need a process without other event loops."""


def lanes(tests: Path) -> tuple[list[str], list[str]]:
    """Return the paths of both lanes: together they are every folder of tests, and none twice."""
    folders = sorted({path.relative_to(tests).parts[0] for path in tests.rglob("test_*.py")})
    whole = [name for name in folders if name in WHOLE]
    parts = [name for name in folders if name not in WHOLE]
    return [f"{tests.name}/{name}" for name in parts], [f"{tests.name}/{name}" for name in whole]


def one_lane(arguments: list[str]) -> bool:
    """Tell whether somebody wants particular tests."""
    return any(word.startswith(("-k", "-m", "tests")) or "::" in word for word in arguments)


def run(command: list[str], arguments: list[str]) -> int:
    """Run the tests with a command that starts pytest, such as `python -m pytest`; return the exit code."""
    if one_lane(arguments):
        return subprocess.run([*command, *arguments], check=False).returncode
    parts, whole = lanes(TESTS)
    log = TESTS.parent / "build" / "test-whole.txt"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        other = subprocess.Popen([*command, *arguments, *whole], stdout=output, stderr=subprocess.STDOUT)
        try:
            first = subprocess.run([*command, *arguments, *parts], check=False).returncode
            second = other.wait()
        except BaseException:
            other.terminate()
            other.wait()
            raise
    sys.stdout.write(log.read_text("utf-8", "replace"))
    return first or second


if __name__ == "__main__":
    sys.exit(run([sys.executable, "-m", "coverage", "run", "-m", "pytest"], sys.argv[1:]))
