import json
import os
import subprocess
import sys
from pathlib import Path

from tests.coverage_gate import branches, failures, main, share


def report(covered: int, taken: int) -> dict:
    summary = {"num_statements": 100, "num_branches": 40, "covered_lines": covered, "covered_branches": taken}
    return {
        "files": {
            "app/domain/tally.py": {"summary": summary},
            "app/cli.py": {"summary": {**summary, "covered_lines": 0}},
        }
    }


def test_what_is_covered_passes():
    assert failures(report(100, 39), {"app/domain": 95}) == []
    assert branches(report(100, 39), "app/domain") == 97.5
    assert round(share(report(100, 39), "app/domain") or 0, 1) == 99.3


def test_a_planted_gap_is_caught():
    assert failures(report(100, 20), {"app/domain": 95}) == [
        "app/domain: 85.7 % of lines and branches ran, 95 % are needed",
        "app/domain: 50.0 % of branches ran, 95 % are needed",
    ]


def test_lines_do_not_hide_branches():
    assert [sentence for sentence in failures(report(100, 37), {"app/domain": 95}) if "of branches" in sentence]


def test_a_path_that_measured_nothing_is_caught():
    assert failures(report(100, 40), {"app/domian": 95})[0] == "app/domian: nothing was measured; is the path right?"


def test_it_is_a_command(tmp_path, capsys):
    (tmp_path / "r.json").write_text(json.dumps(report(100, 20)))
    assert main([str(tmp_path / "r.json"), "app/domain=95"]) == 1
    assert main([str(tmp_path / "r.json"), "app/domain=50"]) == 0
    assert "app/domain: 85.7 % of lines and branches, 50.0 % of branches" in capsys.readouterr().out


ROOT = Path(__file__).parents[2]
TRACED = "import sys\nimport pytest\n@pytest.mark.untraced\ndef test_one():\n    assert sys.gettrace() is None\n"


def test_only_a_test_that_says_so_runs_untraced(tmp_path):
    (tmp_path / "test_marked.py").write_text(TRACED)
    (tmp_path / "test_plain.py").write_text(TRACED.replace("@pytest.mark.untraced\n", ""))
    command = [sys.executable, "-m", "coverage", "run", "--data-file", str(tmp_path / "c"), "-m", "pytest", "-q"]
    options = ["-p", "no:dash", "-p", "tests.conftest", "-o", "markers=untraced: x", "-p", "no:cacheprovider"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = [
        subprocess.run([*command, *options, name], cwd=tmp_path, env=surroundings, check=False).returncode
        for name in ("test_marked.py", "test_plain.py")
    ]
    assert done == [0, 1]
