import subprocess
import sys
from pathlib import Path

COUNT = """
import sys
from pathlib import Path
from app import metrics
metrics.share(Path(sys.argv[1]), sys.argv[2])
metrics.MENTIONS.labels("live", "accepted").inc(int(sys.argv[3]))
metrics.LAG.labels("archive").set(int(sys.argv[3]))
metrics.SCREENS.labels("main").set(2)
metrics.BATCH_SECONDS.labels("publish").observe(0.02)
"""
RENDER = """
import sys
from pathlib import Path
from app import metrics
metrics.share(Path(sys.argv[1]), "dashboard")
for dead in sys.argv[2:]:
    metrics.forget(dead)
sys.stdout.write(metrics.render().decode())
"""
ROOT = Path(__file__).parents[3]


def python(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *(str(argument) for argument in arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def test_processes_are_added_up_at_one_place(tmp_path):
    python(COUNT, tmp_path / "m", "ingest", 3)
    python(COUNT, tmp_path / "m", "analysis", 4)
    text = python(RENDER, tmp_path / "m")
    assert 'emberwatch_mentions_total{outcome="accepted",source="live"} 7.0' in text
    assert 'emberwatch_lag_entries{group="archive"} 4.0' in text
    assert 'emberwatch_screens{wall="main"} 4.0' in text
    assert 'emberwatch_batch_seconds_count{stage="publish"} 2.0' in text
    assert 'emberwatch_batch_seconds_bucket{le="0.025",stage="publish"} 2.0' in text


def test_a_restarted_process_goes_on_counting(tmp_path):
    python(COUNT, tmp_path / "m", "ingest", 3)
    python(COUNT, tmp_path / "m", "ingest", 4)
    text = python(RENDER, tmp_path / "m")
    assert 'emberwatch_mentions_total{outcome="accepted",source="live"} 7.0' in text
    assert len(list((tmp_path / "m").glob("counter_*.db"))) == 2, "one of the process that counts, one of the reader"


def test_the_gauges_of_a_dead_process_are_forgotten_its_counts_stay(tmp_path):
    python(COUNT, tmp_path / "m", "ingest", 3)
    text = python(RENDER, tmp_path / "m", "ingest")
    assert 'emberwatch_mentions_total{outcome="accepted",source="live"} 3.0' in text
    assert "emberwatch_screens{" not in text


def test_a_new_start_begins_at_nothing(tmp_path):
    python(COUNT, tmp_path / "m", "ingest", 3)
    python(
        "import sys; from pathlib import Path; from app import metrics; metrics.wipe(Path(sys.argv[1]))", tmp_path / "m"
    )
    assert "emberwatch_mentions_total{" not in python(RENDER, tmp_path / "m")


def test_a_process_alone_shows_its_own_figures():
    code = "from app import metrics; metrics.FRAMES.labels('main').inc(); print(metrics.render().decode())"
    assert 'emberwatch_frames_total{wall="main"} 1.0' in python(code)
