import sys
from pathlib import Path

import pytest

from tests import lanes

ROOT = Path(__file__).parents[2]


def test_every_test_is_in_exactly_one_lane():
    unit, whole, others, days = lanes.lanes(ROOT / "tests")
    assert unit.paths == ["tests/unit"]
    assert set(whole.paths) == {"tests/acceptance", "tests/browser"}
    assert {(lane.marks, lane.traced) for lane in (unit, whole, others)} == {("not long and not untraced", True)}
    assert (days.marks, days.traced) == ("untraced and not long", False)
    found = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")]
    for path in found:
        traced = [one for one in (*unit.paths, *whole.paths, *others.paths) if path.is_relative_to(one)]
        assert traced == ["/".join(path.parts[:2])]
    assert "tests/acceptance/test_storm.py" in days.paths


def folder(tmp_path: Path, **tests: str) -> Path:
    for name, text in tests.items():
        (tmp_path / "tests" / name).mkdir(parents=True)
        (tmp_path / "tests" / name / f"test_{name}.py").write_text(text)
    return tmp_path / "tests"


def test_a_folder_added_is_in_a_lane(tmp_path):
    made = lanes.lanes(folder(tmp_path, acceptance="", fuzz="@pytest.mark.untraced"))
    assert [lane.paths for lane in made] == [["tests/acceptance"], ["tests/fuzz"], ["tests/fuzz/test_fuzz.py"]]


def test_particular_tests_need_one_lane():
    assert not lanes.one_lane(["-q", "--durations=5"])
    for words in (["-k", "match"], ["-mlong"], ["tests/unit"], ["a.py::test_b"]):
        assert lanes.one_lane(words)


@pytest.mark.parametrize("bad", ["acceptance", "unit", "days", "none"])
def test_a_failure_in_any_lane_is_told(bad, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lanes, "TESTS", folder(tmp_path, acceptance="", days="mark.untraced", unit=""))
    script = tmp_path / "judge.py"
    script.write_text(f"import sys; print(sys.argv); sys.exit('tests/{bad}' in sys.argv[-1])")
    assert lanes.run([sys.executable, str(script)], []) == (bad != "none")
    said = capsys.readouterr().out
    assert "tests/acceptance" in said
    assert "untraced and not long" in said
