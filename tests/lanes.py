"""Runs the tests in lanes side by side, as two cores have room for them: units, whole systems, the rest, time lines.

`python tests/lanes.py [pytest's arguments]`; with paths or a choice (`-k`, `-m`) among the arguments there is one lane.
The first lane is shown while it runs, the others when they are done. Exit code 0 only if all lanes passed.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent
UNIT = ("unit",)
WHOLE = ("acceptance", "browser")
"""Folders whose tests start whole systems and wait for them; browser tests need a process without other event loops."""
UNTRACED = "mark.untraced"
"""What stands in a file whose tests go through days of a time line: others trace those lines, so these need not."""


class Lane(NamedTuple):
    """What one process runs: paths, the marks of its tests, and whether coverage looks."""

    paths: list[str]
    marks: str
    traced: bool


def lanes(tests: Path) -> list[Lane]:
    """Return the lanes, that of the units first: together they are all tests that are not long, and none twice."""
    files = sorted(tests.rglob("test_*.py"))
    folders = sorted({path.relative_to(tests).parts[0] for path in files})
    marked = [path.relative_to(tests.parent).as_posix() for path in files if UNTRACED in path.read_text("utf-8")]
    others = [name for name in folders if name not in {*UNIT, *WHOLE}]
    groups = [[f"{tests.name}/{name}" for name in folders if name in group] for group in (UNIT, WHOLE, others)]
    found = [Lane(paths, "not long and not untraced", traced=True) for paths in groups]
    return [lane for lane in (*found, Lane(marked, "untraced and not long", traced=False)) if lane.paths]


def one_lane(arguments: Sequence[str]) -> bool:
    """Tell whether somebody wants particular tests."""
    return any(word.startswith(("-k", "-m", "tests")) or "::" in word for word in arguments)


def run(python: Sequence[str], arguments: Sequence[str]) -> int:
    """Run the tests with a command that takes what Python takes; return 0 only if all lanes did."""
    if one_lane(arguments):
        return subprocess.run(command(python, Lane([], "", traced=True), arguments), check=False).returncode
    first, *others = lanes(TESTS)
    logs = [TESTS.parent / "build" / f"test-lane-{number}.txt" for number, _ in enumerate(others, 2)]
    logs[0].parent.mkdir(exist_ok=True)
    running = []
    try:
        for lane, log in zip(others, logs, strict=True):
            with log.open("wb") as output:
                words = command(python, lane, arguments)
                running.append(subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT))
        codes = [subprocess.run(command(python, first, arguments), check=False).returncode]
        codes += [process.wait() for process in running]
    except BaseException:
        for process in running:
            process.terminate()
            process.wait()
        raise
    for log in logs:
        sys.stdout.write(log.read_text("utf-8", "replace"))
    return max(codes, key=abs)


def command(python: Sequence[str], lane: Lane, arguments: Sequence[str]) -> list[str]:
    """Return the command that runs a lane."""
    tracing = ("-m", "coverage", "run") if lane.traced else ()
    marks = ("-m", lane.marks) if lane.marks else ()
    return [*python, *tracing, "-m", "pytest", *marks, *arguments, *lane.paths]


if __name__ == "__main__":
    sys.exit(run([sys.executable], sys.argv[1:]))
