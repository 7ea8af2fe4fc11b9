import os
import signal
import subprocess
import sys

from app.seat import seat

SIT = """
import sys
from pathlib import Path
from app.seat import seat
with seat(Path(sys.argv[1]), "w") as name:
    print(name, flush=True)
    sys.stdin.read()
"""


def test_two_workers_on_one_machine_have_two_names(tmp_path):
    with seat(tmp_path, "w") as first, seat(tmp_path, "w") as second, seat(tmp_path, "other") as other:
        assert len({first, second, other}) == 3
        with seat(tmp_path / "elsewhere", "w") as elsewhere:
            assert elsewhere != first


def test_who_is_killed_finds_its_seat_again(tmp_path):
    command = [sys.executable, "-c", SIT, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killed:
        name = killed.stdout.readline().strip()
        with seat(tmp_path, "w") as second:
            assert second != name
            os.kill(killed.pid, signal.SIGKILL)
            killed.wait(10)
            with seat(tmp_path, "w") as again:
                assert again == name
