"""Fails when the branch coverage of a part of the tree is below its limit.

Usage: python tests/coverage_gate.py REPORT.json PATH=PERCENT…
"""

import json
import sys
from pathlib import Path

Report = dict[str, dict[str, dict[str, dict[str, int]]]]


def share(report: Report, part: str) -> float | None:
    """Return the percentage of lines and branches of `part` that ran; None if it has no files."""
    files = [data["summary"] for name, data in report["files"].items() if Path(name).is_relative_to(part)]
    there = sum(file["num_statements"] + file["num_branches"] for file in files)
    ran = sum(file["covered_lines"] + file["covered_branches"] for file in files)
    return 100 * ran / there if there else None


def branches(report: Report, part: str) -> float | None:
    """Return the percentage of branches of `part` that ran; None if it has none."""
    files = [data["summary"] for name, data in report["files"].items() if Path(name).is_relative_to(part)]
    there = sum(file["num_branches"] for file in files)
    return 100 * sum(file["covered_branches"] for file in files) / there if there else None


def failures(report: Report, limits: dict[str, float]) -> list[str]:
    """Return a sentence for each part below its limit."""
    found = []
    for part, limit in limits.items():
        for kind, measured in (("lines and branches", share(report, part)), ("branches", branches(report, part))):
            if measured is None:
                found.append(f"{part}: nothing was measured; is the path right?")
            elif measured < limit:
                found.append(f"{part}: {measured:.1f} % of {kind} ran, {limit:g} % are needed")
    return found


def main(arguments: list[str]) -> int:
    """Print the figures, and return 1 if one is too low."""
    report = json.loads(Path(arguments[0]).read_text())
    limits = {part: float(limit) for part, _, limit in (argument.partition("=") for argument in arguments[1:])}
    for part in limits:
        both, alone = share(report, part) or 0, branches(report, part) or 0
        print(f"{part}: {both:.1f} % of lines and branches, {alone:.1f} % of branches")  # noqa: T201 # its answer
    found = failures(report, limits)
    for sentence in found:
        print(sentence, file=sys.stderr)  # noqa: T201 # its answer
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
