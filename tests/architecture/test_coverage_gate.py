import json

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
